//! Erasing what was received of one account's usage.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::error::StoreError;

/// Rows deleted in one transaction.
const BATCH: i64 = 10_000;

/// What one step of an erasure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Rows deleted by this step.
    pub now: u64,
    /// Rows deleted by all steps for the same cause, those before a crash included.
    pub deleted: u64,
    /// Whether nothing that was received until then is left.
    pub done: bool,
}

/// Deletes some of the usage of a distinct id in a project that was received until `until`, on behalf of
/// request `cause`; to be called until it is done. Each step holds the account's gate shut, so that what was
/// on its way in has arrived and is deleted too.
///
/// # Errors
/// When the store fails; what earlier steps deleted stays deleted, and counted.
pub async fn erase(
    pool: &PgPool,
    project_id: &str,
    distinct_id: &str,
    cause: &str,
    until: DateTime<Utc>,
) -> Result<Erased, StoreError> {
    let (now, in_all) = delete_some(pool, project_id, distinct_id, cause, until).await?;
    Ok(Erased { now: now.cast_unsigned(), deleted: in_all.cast_unsigned(), done: now < BATCH })
}

/// How many rows all steps for `cause` have deleted.
pub async fn erased_for(pool: &PgPool, cause: &str) -> Result<u64, StoreError> {
    let deleted: Option<i64> = sqlx::query_scalar("SELECT deleted FROM usage_erasure WHERE request_id = $1")
        .bind(cause)
        .fetch_optional(pool)
        .await?;
    Ok(deleted.unwrap_or_default().cast_unsigned())
}

/// One step. Returns how many it deleted, and how many all steps for `cause` have.
async fn delete_some(
    pool: &PgPool,
    project_id: &str,
    distinct_id: &str,
    cause: &str,
    until: DateTime<Utc>,
) -> Result<(i64, i64), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT FROM usage_gate WHERE account_id = $1 FOR UPDATE")
        .bind(distinct_id)
        .fetch_optional(&mut *transaction)
        .await?;
    let counts: (i64, i64) = sqlx::query_as(
        "WITH gone AS (
             DELETE FROM usage_event WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM usage_event
                 WHERE project_id = $1 AND distinct_id = $2 AND received_at <= $5
                 LIMIT $3))
             RETURNING 1
         ), tally AS (
             INSERT INTO usage_erasure AS t (request_id, deleted) SELECT $4, count(*) FROM gone
             ON CONFLICT (request_id) DO UPDATE SET deleted = t.deleted + excluded.deleted
             RETURNING deleted
         )
         SELECT (SELECT count(*) FROM gone), (SELECT deleted FROM tally)",
    )
    .bind(project_id)
    .bind(distinct_id)
    .bind(BATCH)
    .bind(cause)
    .bind(until)
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(counts)
}
