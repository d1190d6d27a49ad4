//! Recovery codes: each stands once for the second factor. Kept as keyed hashes.

use domain::AccountId;
use sqlx::{PgConnection, PgPool};

use super::RecordError;
use super::Records;
use crate::error::StoreError;

/// The keyed hash of a code.
pub async fn hash(records: &Records, account: AccountId, code: &str) -> Result<Vec<u8>, StoreError> {
    Ok(records.keys.hasher("code").await?.hash(&format!("{account}/{code}")))
}

/// Keeps new codes; the old ones die.
pub(super) async fn put(
    db: &mut PgConnection,
    account: AccountId,
    hashes: &[Vec<u8>],
) -> Result<(), StoreError> {
    drop_all(db, account).await?;
    sqlx::query("INSERT INTO recovery_code (account_id, code_hash) SELECT $1, * FROM unnest($2::bytea[])")
        .bind(account.to_string())
        .bind(hashes)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether an account has this code.
pub async fn is_known(pool: &PgPool, account: AccountId, hash: &[u8]) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM recovery_code WHERE account_id = $1 AND code_hash = $2)",
    )
    .bind(account.to_string())
    .bind(hash)
    .fetch_one(pool)
    .await?)
}

/// Uses a code up, with what it brings about.
pub(super) async fn take(db: &mut PgConnection, account: AccountId, hash: &[u8]) -> Result<(), RecordError> {
    let taken = sqlx::query("DELETE FROM recovery_code WHERE account_id = $1 AND code_hash = $2")
        .bind(account.to_string())
        .bind(hash)
        .execute(db)
        .await
        .map_err(StoreError::from)?;
    super::spent_unless(taken.rows_affected() == 1)
}

pub(super) async fn drop_all(db: &mut PgConnection, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_code WHERE account_id = $1")
        .bind(account.to_string())
        .execute(db)
        .await?;
    Ok(())
}
