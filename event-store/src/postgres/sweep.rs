//! Deleting many rows in small transactions.

use sqlx::postgres::PgQueryResult;

use crate::error::StoreError;

/// Rows that housekeeping deletes in one transaction: a long one would hold back the order of events.
const SWEPT_AT_ONCE: i64 = 1_000;

/// Deletes in small transactions until nothing is left to delete. Returns how many rows.
pub(crate) async fn sweep<F>(delete: impl Fn(i64) -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<PgQueryResult, sqlx::Error>>,
{
    let mut swept = 0;
    loop {
        let deleted = delete(SWEPT_AT_ONCE).await?.rows_affected();
        swept += deleted;
        if deleted < SWEPT_AT_ONCE.cast_unsigned() {
            return Ok(swept);
        }
    }
}
