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

/// Whose usage is erased, and from which time.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    /// The project it was collected for.
    pub project_id: &'a str,
    /// The person.
    pub distinct_id: &'a str,
    /// What was received until then.
    pub until: DateTime<Utc>,
    /// Of that only what was received, or happened, until this earlier time: what came back after an erasure. None
    /// for all of it.
    pub before: Option<DateTime<Utc>>,
}

/// Deletes some of the usage of a person, on behalf of request `cause`; to be called until it is done. Each step
/// holds the account's gate shut, so that what was on its way in has arrived and is deleted too.
///
/// # Errors
/// When the store fails; what earlier steps deleted stays deleted, and counted.
pub async fn erase(pool: &PgPool, extent: Extent<'_>, cause: &str) -> Result<Erased, StoreError> {
    let (now, in_all) = delete_some(pool, extent, cause).await?;
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

/// Until when usage was received that the first erasure for `cause` deleted, by the clock of the database; none where an
/// earlier release began it, or none was begun.
pub async fn erased_until(pool: &PgPool, cause: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let until: Option<Option<DateTime<Utc>>> =
        sqlx::query_scalar("SELECT until FROM usage_erasure WHERE request_id = $1")
            .bind(cause)
            .fetch_optional(pool)
            .await?;
    Ok(until.flatten())
}

/// How many events of usage of a distinct id were received until `until`. Where `late` ones count too, also those that
/// happened well before it by their own word, and came in since: what happened in the last hour before may just have been
/// on its way.
pub async fn count_until(
    pool: &PgPool,
    project_id: &str,
    distinct_id: &str,
    (until, late): (DateTime<Utc>, bool),
) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM usage_event
         WHERE project_id = $1 AND distinct_id = $2 AND (received_at <= $3
                OR ($4 AND NOT at_arrival AND occurred_at <= $3 - interval '1 hour'))",
    )
    .bind(project_id)
    .bind(distinct_id)
    .bind(until)
    .bind(late)
    .fetch_one(pool)
    .await?;
    Ok(count.cast_unsigned())
}

/// One step. Returns how many it deleted, and how many all steps for `cause` have.
async fn delete_some(pool: &PgPool, extent: Extent<'_>, cause: &str) -> Result<(i64, i64), StoreError> {
    let Extent { project_id, distinct_id, until, before } = extent;
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
                   AND ($6::timestamptz IS NULL OR received_at <= $6 OR occurred_at <= $6)
                 LIMIT $3))
             RETURNING 1
         ), tally AS (
             INSERT INTO usage_erasure AS t (request_id, deleted, until) SELECT $4, count(*), $5 FROM gone
             ON CONFLICT (request_id) DO UPDATE
                 SET deleted = t.deleted + excluded.deleted, until = coalesce(t.until, excluded.until)
             RETURNING deleted
         )
         SELECT (SELECT count(*) FROM gone), (SELECT deleted FROM tally)",
    )
    .bind(project_id)
    .bind(distinct_id)
    .bind(BATCH)
    .bind(cause)
    .bind(until)
    .bind(before)
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(counts)
}
