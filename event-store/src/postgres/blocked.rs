//! The holders of locks on our tables that our statements wait for.
//!
//! A statement gives up after a few seconds, and what is asked of us is refused for a while; nothing of that names
//! the holder of the lock. So what waits is looked at every second, over a connection that waits for no lock, and the
//! holder is named: the first in the queue, not those that wait themselves. Locks by which our own processes take
//! turns are no trouble.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::error::StoreError;

/// Time between two looks.
const EACH: Duration = Duration::from_secs(1);
/// A statement that waits longer than this is waited for by people, in seconds.
const PATIENCE: f64 = 3.0;
/// Time between two alarms about the same holder.
const REMIND: Duration = Duration::from_secs(30);

/// Looks until `stop`.
pub async fn watch(urgent: PgPool, stop: CancellationToken) {
    let mut alarms = HashMap::new();
    while !stop.is_cancelled() {
        match holders(&urgent).await {
            Ok(holders) => alarm(&mut alarms, holders),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "looking for lock holders failed");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EACH) => {}
        }
    }
}

/// The holder of a lock that our statements wait for. What it is at is not told: that may hold anything.
#[derive(Debug, PartialEq, sqlx::FromRow)]
struct Holder {
    /// The process at the server; 0 is a prepared transaction.
    pid: i32,
    /// In words.
    who: Option<String>,
    /// What of ours is waited for.
    tables: Option<String>,
    /// Statements of ours that wait.
    waiting: i64,
}

async fn holders(pool: &PgPool) -> Result<Vec<Holder>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT blocking.pid, count(DISTINCT waiting.pid) AS waiting,
                string_agg(DISTINCT wanted.relation::regclass::text, ', ') AS tables,
                min(format('user %s, application %s, %s, in its transaction since %s', holder.usename,
                           quote_literal(holder.application_name), holder.state, holder.xact_start)) AS who
         FROM pg_stat_activity AS waiting
         CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
         LEFT JOIN pg_stat_activity AS holder ON holder.pid = blocking.pid
         LEFT JOIN pg_locks AS wanted ON wanted.pid = waiting.pid AND NOT wanted.granted AND wanted.relation IS NOT NULL
         WHERE waiting.datname = current_database() AND starts_with(waiting.application_name, 'personal-settings')
           AND waiting.wait_event_type = 'Lock' AND waiting.wait_event <> 'advisory'
           AND waiting.query_start < clock_timestamp() - make_interval(secs => $1)
           AND holder.wait_event_type IS DISTINCT FROM 'Lock'
         GROUP BY blocking.pid",
    )
    .bind(PATIENCE)
    .fetch_all(pool)
    .await?)
}

fn alarm(alarms: &mut HashMap<i32, Instant>, holders: Vec<Holder>) {
    alarms.retain(|_, alarmed| alarmed.elapsed() < REMIND);
    for Holder { pid, who, tables, waiting } in holders {
        if alarms.contains_key(&pid) {
            continue;
        }
        alarms.insert(pid, Instant::now());
        tracing::error!(
            pid,
            holder = who.as_deref().unwrap_or("a prepared transaction"),
            tables,
            waiting,
            "statements wait for a lock that another session holds: end that one (SELECT pg_terminate_backend(pid), ROLLBACK \
             PREPARED) if it is not about to end"
        );
    }
}
