//! Read models: how fast they follow the log, and how long a rebuild takes.

use std::sync::Arc;
use std::time::Duration;

use projections::rebuild::Start;
use projections::{Projection, Runner, Views};
use tokio_util::sync::CancellationToken;

use crate::Effort;
use crate::long::LongLog;
use crate::memory::Memory;
use crate::report::Report;
use crate::rounds::seconds;

pub(crate) async fn measure(log: &LongLog, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    follow(log, effort, report).await?;
    for projection in projections::all() {
        rebuild(log, &*projection, effort, report).await?;
    }
    Ok(())
}

/// All read models at once, from the first event on, as in a process that was away.
async fn follow(log: &LongLog, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    let (mut followed, mut copied, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.long_rounds {
        begin_anew(log).await?;
        let memory = Memory::watch();
        followed.push(log.per_second(seconds(all_follow(log)).await?));
        peaks.extend(memory.peak());
        copied.push(log.per_second(log.copy_out().await?));
    }
    let events = log.events;
    let name = format!("projections: all following {events} events (floor: ordered COPY out)");
    report.beside(name, "/s", &followed, &copied);
    report.memory(format!("projections: all following {events} events, memory over idle"), &peaks);
    Ok(())
}

async fn begin_anew(log: &LongLog) -> anyhow::Result<()> {
    let mut statements = vec!["UPDATE projection SET position = 0".to_owned()];
    for projection in projections::all() {
        statements.extend(projection.tables().iter().map(|table| format!("TRUNCATE {}", table.name)));
    }
    for statement in statements {
        sqlx::query(&statement).execute(log.store.pool()).await?;
    }
    Ok(())
}

/// Lets every read model follow to the end of the log.
pub(crate) async fn all_follow(log: &LongLog) -> anyhow::Result<()> {
    let views = Views::new(log.store.pool().clone());
    let stop = CancellationToken::new();
    let run = |projection: Arc<dyn Projection>| {
        tokio::spawn(Runner::new(log.store.clone(), views.positions(), projection).run(stop.clone()))
    };
    let runners: Vec<_> = projections::all().into_iter().map(run).collect();
    for projection in projections::all() {
        while !views.wait_for(projection.name(), log.events.cast_signed(), Duration::from_secs(1)).await? {}
    }
    stop.cancel();
    for runner in runners {
        runner.await?;
    }
    Ok(())
}

async fn rebuild(
    log: &LongLog,
    projection: &dyn Projection,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let (mut rebuilt, mut copied, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.long_rounds {
        let memory = Memory::watch();
        rebuilt.push(
            seconds(async {
                projections::rebuild(&log.store, projection, Start::Anew, &mut |_| {}).await?;
                Ok(())
            })
            .await?,
        );
        peaks.extend(memory.peak());
        copied.push(log.copy_out().await?);
    }
    let what = format!("projections: rebuild of {} from {} events", projection.name(), log.events);
    report.beside(format!("{what} (floor: ordered COPY out)"), "s", &rebuilt, &copied);
    report.memory(format!("{what}, memory over idle"), &peaks);
    Ok(())
}
