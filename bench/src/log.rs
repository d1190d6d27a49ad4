//! The log behind the appends: giving positions.

use std::sync::Arc;

use event_store::{EventStore, Sequencer, log};
use tokio_util::sync::CancellationToken;

use crate::Effort;
use crate::long::{LongLog, caught_up, count};
use crate::report::Report;
use crate::rounds::rate;
use crate::scratch::{Server, execute, register, sign_in};

/// Tasks that append while the sequencer is watched.
const WRITERS: usize = 32;
/// Accounts a task sends to in turn.
const ACCOUNTS: usize = 100;

/// Whether the sequencer keeps up with commands that come as fast as they can.
pub(crate) async fn keep_up(server: &Server, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    let scratch = server.migrated().await?;
    let store = scratch.store()?;
    let accounts = Arc::new(register(&store, WRITERS * ACCOUNTS).await?);
    let (mut alone, mut beside, mut lags) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        alone.push(commands(&store, &accounts, effort).await?);
        let stop = CancellationToken::new();
        let sequencer = tokio::spawn(Sequencer::new(store.log().clone()).run(stop.clone()));
        caught_up(store.pool(), count(store.pool()).await?).await?;
        beside.push(commands(&store, &accounts, effort).await?);
        let behind = count(store.pool()).await? - log::newest_position(store.pool()).await?;
        lags.push(behind as f64);
        stop.cancel();
        sequencer.await?;
    }
    let name = format!("log: commands beside the sequencer, {WRITERS} at once (floor: without)");
    report.beside(name, "/s", &beside, &alone);
    report.alone("log: events without a position at the end of a round", "events", &lags);
    store.pool().close().await;
    scratch.drop().await
}

async fn commands(
    store: &EventStore,
    accounts: &Arc<Vec<domain::AccountId>>,
    effort: Effort,
) -> anyhow::Result<f64> {
    let (store, accounts) = (store.clone(), accounts.clone());
    rate(WRITERS, effort.round, move |worker, n| {
        let (store, account) = (store.clone(), accounts[worker * ACCOUNTS + n % ACCOUNTS]);
        async move { execute(&store, account, sign_in(store.services())).await }
    })
    .await
}

/// How fast positions were given to a log that had none.
pub(crate) async fn sequencing(log: &LongLog, report: &mut Report<'_>) -> anyhow::Result<()> {
    let copied = log.per_second(log.copy_out().await?);
    let name = format!("log: giving positions to {} events (floor: ordered COPY out)", log.events);
    report.beside(name, "/s", &[log.per_second(log.sequenced_in)], &[copied]);
    Ok(())
}
