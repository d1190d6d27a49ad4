//! The log behind the appends: giving positions, reading them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::{EventStore, Sequencer, log};
use futures::TryStreamExt;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::Effort;
use crate::report::Report;
use crate::rounds::{rate, seconds};
use crate::scratch::{Scratch, Server, execute, register, sign_in};

/// Tasks that append while the sequencer is watched.
const WRITERS: usize = 32;
/// Accounts in a long log.
const ACCOUNTS: usize = 20_000;

pub(crate) async fn measure(server: &Server, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    let scratch = server.migrated().await?;
    let store = scratch.store()?;
    keep_up(&store, effort, report).await?;
    store.pool().close().await;
    scratch.drop().await?;

    let scratch = server.migrated().await?;
    let store = scratch.store()?;
    let events = fill(&scratch, &store, effort.events).await?;
    sequence(&store, events, report).await?;
    store.pool().close().await;
    scratch.drop().await
}

/// Whether the sequencer keeps up with commands that come as fast as they can.
async fn keep_up(store: &EventStore, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    let accounts = Arc::new(register(store, WRITERS * 100).await?);
    let stop = CancellationToken::new();
    let sequencer = tokio::spawn(Sequencer::new(store.clone()).run(stop.clone()));
    caught_up(store.pool()).await?;
    let (mut rates, mut lags) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let (writing, accounts) = (store.clone(), accounts.clone());
        let commands = rate(WRITERS, effort.round, move |worker, n| {
            let (store, account) = (writing.clone(), accounts[worker * 100 + n % 100]);
            async move { execute(&store, account, sign_in(store.services())).await }
        })
        .await?;
        rates.push(commands);
        lags.push(log::lag(store.pool()).await? as f64);
    }
    stop.cancel();
    sequencer.await?;
    report.alone(format!("log: commands beside the sequencer, {WRITERS} at once"), "/s", &rates);
    report.alone("log: events without a position after such a round", "events", &lags);
    Ok(())
}

async fn sequence(store: &EventStore, events: u64, report: &mut Report<'_>) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let began = Instant::now();
    let sequencer = tokio::spawn(Sequencer::new(store.clone()).run(stop.clone()));
    caught_up(store.pool()).await?;
    let took = began.elapsed().as_secs_f64();
    stop.cancel();
    sequencer.await?;
    let copy = copy_out(store.pool()).await?;
    let per_second = |seconds: f64| [events as f64 / seconds];
    report.beside(
        "log: sequencing (floor: ordered COPY out)",
        "events/s",
        &per_second(took),
        &per_second(copy),
    );
    Ok(())
}

/// Seconds for all events in the order of the log to leave the server.
async fn copy_out(pool: &PgPool) -> anyhow::Result<f64> {
    seconds(async {
        let mut connection = pool.acquire().await?;
        let mut bytes = connection
            .copy_out_raw(
                "COPY (SELECT l.position, e.* FROM log l JOIN events e USING (era, xid, ord)
                       ORDER BY l.position) TO STDOUT (FORMAT binary)",
            )
            .await?;
        while bytes.try_next().await?.is_some() {}
        Ok(())
    })
    .await
}

async fn caught_up(pool: &PgPool) -> anyhow::Result<()> {
    while log::lag(pool).await? > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Fills a log with `events` events of some thousand accounts: registrations as they come, and what
/// they do afterwards copied from them.
async fn fill(scratch: &Scratch, store: &EventStore, events: u64) -> anyhow::Result<u64> {
    let accounts = ACCOUNTS.min(events as usize / 10);
    let registered = register(store, accounts).await?;
    for account in registered.iter().take(1) {
        execute(store, *account, sign_in(store.services())).await?;
    }
    let each = events as i64 / accounts as i64;
    let pool = scratch.pool(1)?;
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, event_id, sequence, event_type, event_version,
                             payload, metadata)
         SELECT r.aggregate_type, r.aggregate_id, gen_random_uuid(), s.sequence, t.event_type, t.event_version,
                t.payload, t.metadata
         FROM generate_series(2, $1::bigint) AS s (sequence)
         CROSS JOIN (SELECT aggregate_type, aggregate_id FROM events WHERE sequence = 1) AS r
         CROSS JOIN (SELECT event_type, event_version, payload, metadata FROM events WHERE sequence = 2) AS t
         WHERE (r.aggregate_type, r.aggregate_id, s.sequence) NOT IN
               (SELECT aggregate_type, aggregate_id, sequence FROM events WHERE sequence = 2)
         ORDER BY s.sequence",
    )
    .bind(each)
    .execute(&pool)
    .await?;
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&pool).await?;
    sqlx::query("ANALYZE").execute(&pool).await?;
    pool.close().await;
    Ok(stored.cast_unsigned())
}
