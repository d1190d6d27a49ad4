//! `worker`: the workers only.

use crate::cli::WorkerRole;
use crate::composition::{
    AppContext, Http, KeyTasks, LogTasks, Network, Signing, Work, bus, check_public_url, check_who_answers,
    key_provider, letterhead, readiness, shutdown_signal, statement,
};
use crate::logging::say;

pub(super) async fn run(options: &WorkerRole) -> anyhow::Result<()> {
    let listener = Http::bind_vitals(&options.vitals).await?;
    check_public_url(&options.public_url)?;
    let statements = statement(&options.processing, Some(&options.worker), &options.archives)?;
    check_who_answers(&statements, &options.public_url)?;
    let letterhead = letterhead(&options.processing.presence, &statements, &options.public_url)?;
    let network = Network::from(&options.database.network);
    let foundation = AppContext::lay_over(
        &network,
        &options.database.database_url,
        key_provider(&options.keys, None)?,
        &options.archives,
    )?;
    let ctx = Work::worker_context(&foundation, &network, &options.worker, statements, letterhead, None)?;
    let bus = bus(&network, &options.nats_url, &options.bus).await?;
    let checks = readiness(&foundation, Some(&bus));
    let vitals = Http::start(listener, &foundation, checks)?;
    tokio::select! {
        prepared = foundation.prepare(None) => prepared?,
        ended = shutdown_signal() => return ended,
    }
    let key_tasks = KeyTasks::start(&foundation, "worker");
    let log_tasks = LogTasks::start(&foundation.store, &foundation.views);
    log_tasks.see_to_outdated(&foundation.store, None);
    let work = Work::start(&ctx, &bus, options.worker.concurrency)?;
    let signing = Signing::start(&foundation, &options.signing, None)?;
    say(format!("Working, {} jobs at once", options.worker.concurrency));
    vitals.open();
    shutdown_signal().await?;
    vitals.stop().await;
    work.stop().await;
    signing.stop().await;
    log_tasks.stop().await;
    key_tasks.stop().await;
    Ok(())
}
