//! Answers that last end with the session in which they were asked for.
//!
//! An archive and a whole history are on their way for minutes or hours. What ends the session ends them: nothing is looked
//! at while the reader takes nothing, and nothing leaves without a look in the last second.

use std::io;
use std::time::Duration;

use event_store::records::session::{self, Session};
use futures::future::BoxFuture;
use futures::{FutureExt, Stream, StreamExt};
use tokio::time::Instant;

use crate::state::AppState;

/// How long a look at the session counts.
const LOOK_LIFE: Duration = Duration::from_secs(1);

impl AppState {
    /// The items of `stream` as long as `session` lives. Then comes an error: the reader sees that it has not got all.
    pub(crate) fn as_long_as<S, T, E>(
        &self,
        session: Session,
        stream: S,
    ) -> impl Stream<Item = Result<T, io::Error>> + use<S, T, E>
    where
        S: Stream<Item = Result<T, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let state = self.clone();
        cut_off(stream, move || lives(state.clone(), session).boxed())
    }
}

/// A store that cannot be asked lets nothing more out.
async fn lives(state: AppState, session: Session) -> bool {
    let now = state.store.services().now();
    let found = session::fetch(state.store.pool(), session.account, session.id, now).await;
    match found {
        Ok(found) => found.is_some(),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "response cut off");
            false
        }
    }
}

fn cut_off<T, E>(
    stream: impl Stream<Item = Result<T, E>>,
    lives: impl Fn() -> BoxFuture<'static, bool>,
) -> impl Stream<Item = Result<T, io::Error>>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (mut looked_at, mut over) = (Instant::now(), false);
    let looked = stream.then(move |item| {
        let is_due = looked_at.elapsed() >= LOOK_LIFE;
        if is_due {
            looked_at = Instant::now();
        }
        let look = is_due.then(&lives);
        async move {
            let lives = match look {
                Some(look) => look.await,
                None => true,
            };
            if lives {
                item.map_err(io::Error::other)
            } else {
                Err(io::Error::other("the session has ended"))
            }
        }
    });
    looked.take_while(move |item| {
        let ended = std::mem::replace(&mut over, item.is_err());
        std::future::ready(!ended)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Items of which one comes every 400 milliseconds.
    fn slow() -> impl Stream<Item = Result<u32, io::Error>> {
        stream::iter(0..10_u32).then(async |n| {
            tokio::time::sleep(Duration::from_millis(400)).await;
            Ok(n)
        })
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_cut_off_within_a_second_when_its_session_ends() {
        let looks = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&looks);
        let lives = move || {
            let look = counted.fetch_add(1, Ordering::Relaxed);
            async move { look == 0 }.boxed()
        };
        let items: Vec<_> = cut_off(slow(), lives).collect().await;
        // Looks come with the third item and the sixth, at which the session has ended.
        assert_eq!(items.iter().filter(|item| item.is_ok()).count(), 5, "{items:?}");
        assert!(items.last().is_some_and(Result::is_err) && items.len() == 6, "{items:?}");
        assert_eq!(looks.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_goes_to_its_end_as_long_as_its_session_lives() {
        let items: Vec<_> = cut_off(slow(), || async { true }.boxed()).collect().await;
        assert!(items.len() == 10 && items.iter().all(Result::is_ok), "{items:?}");
    }
}
