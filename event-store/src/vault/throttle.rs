//! How often something may be done: by the generic cell rate algorithm (ITU-T I.371, annex A), in the shared
//! database, so that it holds for all processes together.
//!
//! Whoever asks is counted first and served after. One row says when all that was used up will have been given
//! back; taking it is one statement, so a thousand askers at once are counted one by one. Keys are hashed, for they
//! are addresses and the like.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::types::PgInterval;

use crate::error::StoreError;
use crate::store::EventStore;

/// What is limited, and how far.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The name under which it is counted.
    pub name: &'static str,
    /// How often at once.
    pub burst: u32,
    /// In which time one more is given back.
    pub every: Duration,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It may be done.
    Granted,
    /// Not before so long from now.
    Later(Duration),
}

/// Asks whether `key` may do what `limit` is about once more, and counts it.
///
/// # Errors
/// When the store fails.
pub async fn ask(store: &EventStore, limit: Limit, key: &str) -> Result<Asked, StoreError> {
    let key = store.hasher("throttle").await?.hash(key);
    let (every, room) = (interval(limit.every), interval(limit.every * limit.burst));
    let row: (bool, f64) = sqlx::query_as(
        "WITH taken AS (
             INSERT INTO throttle AS t (name, key, tat) VALUES ($1, $2, clock_timestamp() + $3)
             ON CONFLICT (name, key) DO UPDATE SET tat = greatest(t.tat, clock_timestamp()) + $3
             WHERE greatest(t.tat, clock_timestamp()) + $3 <= clock_timestamp() + $4
             RETURNING tat
         )
         SELECT EXISTS (SELECT FROM taken),
                coalesce(extract(epoch FROM (SELECT tat FROM throttle WHERE name = $1 AND key = $2)
                         + $3 - $4 - clock_timestamp())::float8, 0)",
    )
    .bind(limit.name)
    .bind(&key)
    .bind(every)
    .bind(room)
    .fetch_one(store.pool())
    .await?;
    Ok(match row {
        (true, _) => Asked::Granted,
        (false, wait) => Asked::Later(Duration::from_secs_f64(wait.max(0.0))),
    })
}

/// Gives back what was counted for `key`: it was no guess.
///
/// # Errors
/// When the store fails.
pub async fn give_back(store: &EventStore, limit: Limit, key: &str) -> Result<(), StoreError> {
    let key = store.hasher("throttle").await?.hash(key);
    sqlx::query("UPDATE throttle SET tat = tat - $3 WHERE name = $1 AND key = $2")
        .bind(limit.name)
        .bind(&key)
        .bind(interval(limit.every))
        .execute(store.pool())
        .await?;
    Ok(())
}

fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX) }
}

/// Deletes what says nothing any more. Returns how many rows.
///
/// # Errors
/// When the store fails.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM throttle WHERE (name, key) IN (
         SELECT name, key FROM throttle WHERE tat < clock_timestamp() LIMIT $1 FOR UPDATE SKIP LOCKED)";
    super::sweep(|limit| sqlx::query(SWEEP).bind(limit).execute(pool)).await
}
