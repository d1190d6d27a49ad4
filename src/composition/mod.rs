//! Putting the rooms together: which parts run in a process, in which order they begin and end.
//!
//! Beginning: the port first (a taken one is told at once), then servers, then the door opens
//! (answering 503), then the schema, then what the ledger of erasures holds, then work. Ending, the other way round: no new requests, those
//! under way are answered, jobs are finished or given back, the log is sequenced to its end, and
//! last the servers stop.

mod auditor;
mod foundation;
mod gauges;
mod http;
mod keys;
mod log_tasks;
mod mailbox;
pub mod metrics;
mod nats_care;
mod network;
pub mod operators;
mod outdated;
mod owner;
mod presence;
mod reader;
mod sense;
mod service;
mod signing;
pub(crate) mod statement;
mod work;
mod workforce;

pub use auditor::Auditor;
pub use foundation::AppContext;
pub use http::{Http, api_config, connection_limits};
pub use keys::{KeyTasks, key_provider};
pub use log_tasks::LogTasks;
pub use network::{Network, check_public_url, public_url};
pub use owner::Owner;
pub use presence::letterhead;
pub use reader::Reader;
pub use service::Service;
pub(crate) use service::{check_operator_token, house_token, readiness};
pub use signing::{Signing, signing_key_file};
pub use statement::{check_who_answers, statement};
pub use work::{Work, bus};

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// How long a part may take to end in good order once it was told to.
const GRACE: Duration = Duration::from_secs(35);

/// Waits for `ending`, but not for ever: what hangs shall not keep the program from ending.
async fn within_grace(part: &str, ending: impl Future<Output = ()>) {
    if tokio::time::timeout(GRACE, ending).await.is_err() {
        tracing::warn!(part, grace = ?GRACE, "task did not stop in time; abandoned");
    }
}

/// Waits until a signal asks the program to end.
///
/// # Errors
/// When signals cannot be waited for.
pub async fn shutdown_signal() -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("shutting down: finishing requests and jobs under way");
    Ok(())
}
