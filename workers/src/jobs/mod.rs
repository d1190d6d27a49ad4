//! Jobs, which run privacy requests and timers: taken from NATS, or found without it.

mod consumer;
mod job_attempt;
mod poller;

use std::convert::Infallible;
use std::time::Duration;

pub use consumer::Consumer;
pub use poller::Poller;

use tokio_util::sync::CancellationToken;

/// How long a job that is under way may go on after the worker was told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Has what is under way give up some time after `stop`, in good order.
async fn until_grace(stop: &CancellationToken, give_up: &CancellationToken) -> Infallible {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
    give_up.cancel();
    std::future::pending().await
}
