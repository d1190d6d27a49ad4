//! An auditor's reading of one long life: its history in words, and its state at an instant.

use domain::AccountId;
use futures::TryStreamExt;
use projections::{Audience, EventView, Views};

use crate::Effort;
use crate::long::LongLog;
use crate::memory::Memory;
use crate::projections::all_follow;
use crate::report::Report;
use crate::rounds::seconds;
use crate::scratch::Server;
use crate::synthetic;

/// One account of `events` events.
pub(crate) async fn measure(
    server: &Server,
    events: u64,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let scratch = server.migrated().await?;
    let store = scratch.store()?;
    let account = synthetic::long_life(&store, events).await?;
    let log = LongLog::sequence(scratch, store).await?;
    all_follow(&log).await?;
    let (mut told, mut folded, mut copied, mut peaks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.long_rounds {
        let memory = Memory::watch();
        told.push(log.per_second(seconds(tell(&log, account)).await?));
        folded.push(log.per_second(seconds(fold(&log, account)).await?));
        peaks.extend(memory.peak());
        copied.push(log.per_second(log.copy_out().await?));
    }
    let floor = "(floor: ordered COPY out)";
    report.beside(format!("replay: history of {events} events in words {floor}"), "/s", &told, &copied);
    report.beside(format!("replay: state after {events} events {floor}"), "/s", &folded, &copied);
    report.memory(format!("replay: {events} events, memory over idle"), &peaks);
    log.drop().await
}

async fn tell(log: &LongLog, account: AccountId) -> anyhow::Result<()> {
    let views = Views::new(log.store.pool().clone());
    let mut history = std::pin::pin!(views.history_stream(
        log.store.clone(),
        account,
        projections::history::HistoryFilter::default()
    ));
    while let Some(entry) = history.try_next().await? {
        std::hint::black_box(EventView::for_operator(entry).in_words());
    }
    Ok(())
}

async fn fold(log: &LongLog, account: AccountId) -> anyhow::Result<()> {
    let (views, end) = (Views::new(log.store.pool().clone()), chrono::DateTime::<chrono::Utc>::MAX_UTC);
    let state = views.account_state(&log.store, account, end, Audience::Operator).await?;
    anyhow::ensure!(state.is_some(), "the account is not in the read model");
    Ok(())
}
