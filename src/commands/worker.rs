//! `worker`: the workers only.

use crate::cli::WorkerRole;
use crate::composition::{Foundation, KeyTasks, LogTasks, Work, asked_to_end, bus, key_provider};
use crate::logging::say;

pub(super) async fn run(options: &WorkerRole) -> anyhow::Result<()> {
    let foundation = Foundation::lay(
        &options.database.database_url,
        key_provider(&options.keys, None)?,
        &options.archives,
    )?;
    let bench = Work::bench(&foundation, &options.worker, &options.public_url, None)?;
    let bus = bus(&options.nats_url, &options.bus).await?;
    tokio::select! {
        prepared = foundation.prepare(false) => prepared?,
        ended = asked_to_end() => return ended,
    }
    let key_tasks = KeyTasks::start(&foundation, "worker");
    let log_tasks = LogTasks::start(&foundation.store, &foundation.views);
    let work = Work::start(&bench, &bus, options.worker.concurrency)?;
    say(format!("Working, {} jobs at once", options.worker.concurrency.max(1)));
    asked_to_end().await?;
    work.stop().await;
    log_tasks.stop().await;
    key_tasks.stop().await;
    Ok(())
}
