//! Erasing all usage of one account.

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
    let distinct_id = account.to_string();
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT FROM usage_gate WHERE account_id = $1 FOR UPDATE")
        .bind(&distinct_id)
        .fetch_optional(&mut *transaction)
        .await?;
    let (now, in_all): (i64, i64) = sqlx::query_as(
        "WITH gone AS (
             DELETE FROM usage_event WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM usage_event WHERE project_id = $1 AND distinct_id = $2 LIMIT $3))
             RETURNING 1
         ), tally AS (
             INSERT INTO usage_erasure AS t (request_id, deleted) SELECT $4, count(*) FROM gone
             ON CONFLICT (request_id) DO UPDATE SET deleted = t.deleted + excluded.deleted
             RETURNING deleted
         )
         SELECT (SELECT count(*) FROM gone), (SELECT deleted FROM tally)",
    )
    .bind(project_id)
    .bind(&distinct_id)
    .bind(BATCH)
    .bind(request.to_string())
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Erased { deleted: in_all.cast_unsigned(), done: now < BATCH })
}
