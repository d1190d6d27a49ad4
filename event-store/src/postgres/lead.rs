//! A lead is a lease that is renewed.
//!
//! The advisory lock of a leader lasts as long as its connection, and so it does where the process stands still, its
//! machine hangs or the network is cut: no process would lead. Therefore a leader says every two seconds that it goes
//! on, on another connection than the one that it works on. A candidate that finds the promise run out ends the
//! connection that holds the lock, and takes the lead. A leader that comes to itself after that finds its connection
//! gone; and one that could not renew steps down by itself. Two may work for a moment: what must not be done twice is
//! fenced where it is written, by a primary key or a checkpoint.
//!
//! A leader of the release before has made no promise. It is left alone.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::time::{Instant, sleep, timeout};

use crate::error::StoreError;

/// How long a promise lasts.
const LIFE: Duration = Duration::from_secs(6);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(2);

/// The promise of a leader.
#[derive(Clone, Copy)]
pub(crate) struct Lead {
    lock: i64,
    backend: i32,
}

impl Lead {
    /// Promises to go on, on the connection that has just taken `lock`.
    pub(crate) async fn begin(db: &mut PgConnection, lock: i64) -> Result<Self, StoreError> {
        let backend = sqlx::query_scalar(
            "INSERT INTO lead (lock, backend, until) VALUES ($1, pg_backend_pid(), clock_timestamp() + $2)
             ON CONFLICT (lock) DO UPDATE SET backend = excluded.backend, until = excluded.until
             RETURNING backend",
        )
        .bind(lock)
        .bind(LIFE)
        .fetch_one(db)
        .await?;
        Ok(Self { lock, backend })
    }

    /// Renews the promise again and again. Returns when the lead is lost: another has it, or for the life of a promise it
    /// could not be renewed.
    pub(crate) async fn keep(self, pool: &PgPool) {
        let mut renewed = Instant::now();
        loop {
            sleep(RENEWAL).await;
            match timeout(RENEWAL, self.renew(pool)).await {
                Ok(Ok(true)) => renewed = Instant::now(),
                Ok(Ok(false)) => return,
                Ok(Err(_)) | Err(_) if renewed.elapsed() >= LIFE => return,
                Ok(Err(_)) | Err(_) => {}
            }
        }
    }

    async fn renew(self, pool: &PgPool) -> Result<bool, StoreError> {
        let renewed =
            sqlx::query("UPDATE lead SET until = clock_timestamp() + $3 WHERE lock = $1 AND backend = $2")
                .bind(self.lock)
                .bind(self.backend)
                .bind(LIFE)
                .execute(pool)
                .await?;
        Ok(renewed.rows_affected() == 1)
    }
}

/// Ends the connection of a leader whose promise has run out.
pub(crate) async fn end_silent(pool: &PgPool, lock: i64, duty: &str) -> Result<(), StoreError> {
    let ended: Option<(i32, bool)> = sqlx::query_as(
        "SELECT holder.pid, pg_terminate_backend(holder.pid)
         FROM pg_locks AS holder JOIN lead ON lead.backend = holder.pid
         WHERE lead.lock = $1 AND lead.until < clock_timestamp()
           AND holder.locktype = 'advisory' AND holder.objsubid = 1 AND holder.granted
           AND (holder.classid::bigint << 32) | holder.objid::bigint = $1
           AND holder.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .bind(lock)
    .fetch_optional(pool)
    .await?;
    if let Some((backend, true)) = ended {
        tracing::warn!(
            duty,
            backend,
            silent_for = ?LIFE,
            "leader not responding: its connection was terminated, and another process leads"
        );
    }
    Ok(())
}
