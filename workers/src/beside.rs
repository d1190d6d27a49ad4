//! What is repeated while some work goes on: a renewal, a report.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Does `work`, and `repeat` every `pause` beside it. What of `repeat` has begun is always ended: a statement that is
/// dropped half-way holds its row for as long as the server is at it, and the next statement on that row is refused.
pub(crate) async fn beside<T, R: Future<Output = ()>>(
    work: Pin<Box<dyn Future<Output = T> + Send + '_>>,
    pause: Duration,
    repeat: impl Fn() -> R,
) -> T {
    let done = CancellationToken::new();
    let working = async {
        let _done = done.clone().drop_guard();
        work.await
    };
    let repeating = async {
        while done.run_until_cancelled(sleep(pause)).await.is_some() {
            repeat().await;
        }
    };
    tokio::join!(working, repeating).0
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn what_has_begun_when_the_work_ends_is_ended_too() {
        let (begun, ended) = (Cell::new(0), Cell::new(0));
        let answer = beside(
            Box::pin(async {
                sleep(PAUSE * 2).await;
                42
            }),
            PAUSE,
            || async {
                begun.set(begun.get() + 1);
                sleep(PAUSE * 3 / 2).await;
                ended.set(ended.get() + 1);
            },
        )
        .await;
        assert_eq!((answer, begun.get(), ended.get()), (42, 1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_ends_sooner_waits_for_nothing() {
        let begun = tokio::time::Instant::now();
        beside(Box::pin(sleep(PAUSE / 2)), PAUSE, || async { panic!("it is not due") }).await;
        assert_eq!(begun.elapsed(), PAUSE / 2);
    }
}
