//! Erasing all usage of one account.

use chrono::{DateTime, Utc};
use domain::{AccountId, RequestId};
use sqlx::PgPool;

use crate::error::StoreError;

/// Rows deleted in one transaction.
const BATCH: i64 = 10_000;

/// What an erasure has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Rows deleted by all steps of this erasure, those before a crash included.
    pub deleted: u64,
    /// Whether nothing that came in before this step is left.
    pub done: bool,
}

/// Deletes some of the usage of an account in a project on behalf of `request`; to be called until it is
/// done. Each step holds the account's gate shut, so that what was on its way in has arrived and is
/// deleted too.
///
/// # Errors
/// When the store fails; what earlier steps deleted stays deleted, and counted.
pub async fn erase(
    pool: &PgPool,
    project_id: &str,
    account: AccountId,
    request: RequestId,
) -> Result<Erased, StoreError> {
    let (now, in_all) =
        delete_some(pool, project_id, &account.to_string(), &request.to_string(), None).await?;
    Ok(Erased { deleted: in_all.cast_unsigned(), done: now < BATCH })
}

/// Deletes all usage of a distinct id that was received until `until`, on behalf of request `cause`. Returns
/// how many events were deleted now.
///
/// # Errors
/// When the store fails; what was deleted stays deleted, and counted.
pub(crate) async fn erase_received_until(
    pool: &PgPool,
    project_id: &str,
    distinct_id: &str,
    cause: &str,
    until: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let mut deleted = 0;
    loop {
        let (now, _) = delete_some(pool, project_id, distinct_id, cause, Some(until)).await?;
        deleted += now.cast_unsigned();
        if now < BATCH {
            return Ok(deleted);
        }
    }
}

/// One step. Returns how many it deleted, and how many all steps for `cause` have.
async fn delete_some(
    pool: &PgPool,
    project_id: &str,
    distinct_id: &str,
    cause: &str,
    until: Option<DateTime<Utc>>,
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
                 WHERE project_id = $1 AND distinct_id = $2 AND received_at <= coalesce($5, 'infinity')
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
