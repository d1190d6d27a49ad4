//! Programs an account was used from, as keyed hashes: to tell its holder of new ones. They are collected about use, and
//! go with *Delete Data*.

use chrono::{DateTime, Duration, Utc};
use domain::AccountId;
use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;
use crate::store::EventStore;

/// A program that was not seen for so long is new again.
const LIFE: Duration = Duration::days(180);

/// The keyed hash of a program, for one account: nobody can tell that two accounts use the same.
///
/// # Errors
/// When the store fails.
pub async fn hash(store: &EventStore, account: AccountId, program: &str) -> Result<Vec<u8>, StoreError> {
    Ok(store.hasher("device").await?.hash(&format!("{account}/{program}")))
}

/// Whether an account that was used before is used from a program for the first time. The very first program of an
/// account is nothing to tell of.
///
/// # Errors
/// When the store fails.
pub async fn is_new(pool: &PgPool, account: AccountId, hash: &[u8]) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM device WHERE account_id = $1)
            AND NOT EXISTS (SELECT FROM device WHERE account_id = $1 AND device_hash = $2)",
    )
    .bind(account.to_string())
    .bind(hash)
    .fetch_one(pool)
    .await?)
}

pub(super) async fn remember(
    db: &mut PgConnection,
    account: AccountId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO device (account_id, device_hash, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (account_id, device_hash) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(account.to_string())
    .bind(hash)
    .bind(now)
    .execute(&mut *db)
    .await?;
    sqlx::query("DELETE FROM device WHERE account_id = $1 AND seen_at < $2")
        .bind(account.to_string())
        .bind(now - LIFE)
        .execute(db)
        .await?;
    Ok(())
}
