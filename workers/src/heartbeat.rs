//! Heartbeats: what is repeated while some work goes on, such as the renewal of a lease or a report of progress.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Runs `work`, and `beat` every `interval` while it runs. A beat that has begun is always finished: a statement that is
/// dropped half-way holds its row for as long as the server is at it, and the next statement on that row is refused.
pub(crate) async fn with_heartbeat<T, B: Future<Output = ()>>(
    work: Pin<Box<dyn Future<Output = T> + Send + '_>>,
    interval: Duration,
    beat: impl Fn() -> B,
) -> T {
    let done = CancellationToken::new();
    let working = async {
        let _done = done.clone().drop_guard();
        work.await
    };
    let beating = async {
        while done.run_until_cancelled(sleep(interval)).await.is_some() {
            beat().await;
        }
    };
    tokio::join!(working, beating).0
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn what_has_begun_when_the_work_ends_is_ended_too() {
        let (begun, ended) = (Cell::new(0), Cell::new(0));
        let answer = with_heartbeat(
            Box::pin(async {
                sleep(INTERVAL * 2).await;
                42
            }),
            INTERVAL,
            || async {
                begun.set(begun.get() + 1);
                sleep(INTERVAL * 3 / 2).await;
                ended.set(ended.get() + 1);
            },
        )
        .await;
        assert_eq!((answer, begun.get(), ended.get()), (42, 1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_ends_sooner_waits_for_nothing() {
        let begun = tokio::time::Instant::now();
        with_heartbeat(Box::pin(sleep(INTERVAL / 2)), INTERVAL, || async { panic!("it is not due") }).await;
        assert_eq!(begun.elapsed(), INTERVAL / 2);
    }
}
