//! Operator tokens: kept as hashes, with a name and dates.

use chrono::{DateTime, Utc};
use domain::OperatorId;
use sqlx::{PgPool, Row};

use crate::error::StoreError;

/// The operator a token belongs to, if it is valid at `now`.
///
/// # Errors
/// When the store fails.
pub async fn authenticate(
    pool: &PgPool,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<OperatorId>, StoreError> {
    let row = sqlx::query(
        "SELECT operator_id FROM operator_token
         WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        let id: String = row.try_get("operator_id")?;
        id.parse().map_err(|_| StoreError::Unreadable("an operator's id".to_owned()))
    })
    .transpose()
}

/// Adds a token unless it is there already. True when it was added.
///
/// # Errors
/// When the store fails.
pub async fn add(
    pool: &PgPool,
    token_hash: &[u8],
    operator: OperatorId,
    name: &str,
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "INSERT INTO operator_token (token_hash, operator_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(token_hash)
    .bind(operator.to_string())
    .bind(name)
    .execute(pool)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Adds the very first token: only one of many processes that start at once succeeds.
///
/// # Errors
/// When the store fails.
pub async fn add_first(
    pool: &PgPool,
    token_hash: &[u8],
    operator: OperatorId,
    name: &str,
) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query("LOCK TABLE operator_token IN SHARE ROW EXCLUSIVE MODE").execute(&mut *transaction).await?;
    let added = sqlx::query(
        "INSERT INTO operator_token (token_hash, operator_id, name)
         SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM operator_token)",
    )
    .bind(token_hash)
    .bind(operator.to_string())
    .bind(name)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(added.rows_affected() == 1)
}
