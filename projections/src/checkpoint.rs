//! How far a reader of the log has come.

use event_store::StoreError;
use sqlx::{PgConnection, PgExecutor};

/// Takes the checkpoint of `name` for this transaction; `None` while another has it. The transaction
/// will not wait for the disk: what a power cut takes from a read model it takes with the checkpoint.
pub(crate) async fn take(db: &mut PgConnection, name: &str) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT position, set_config('synchronous_commit', 'off', true) FROM projection
         WHERE name = $1 FOR UPDATE SKIP LOCKED",
    )
    .bind(name)
    .fetch_optional(db)
    .await?)
}

/// Makes the checkpoint of `name` if it is not there yet: at the beginning of the log.
///
/// # Errors
/// When the store fails.
pub async fn ensure(db: impl PgExecutor<'_>, name: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO projection (name) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(name)
        .execute(db)
        .await?;
    Ok(())
}

/// How far `name` has come; 0 when it never began.
///
/// # Errors
/// When the store fails.
pub async fn position(db: impl PgExecutor<'_>, name: &str) -> Result<i64, StoreError> {
    let position = sqlx::query_scalar("SELECT position FROM projection WHERE name = $1")
        .bind(name)
        .fetch_optional(db)
        .await?;
    Ok(position.unwrap_or(0))
}

/// Moves the checkpoint of `name` forward.
///
/// # Errors
/// When the store fails.
pub async fn advance(db: impl PgExecutor<'_>, name: &str, position: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE projection SET position = $2 WHERE name = $1 AND position < $2")
        .bind(name)
        .bind(position)
        .execute(db)
        .await?;
    Ok(())
}

/// Every reader and how far it has come, by name.
///
/// # Errors
/// When the store fails.
pub async fn list(db: impl PgExecutor<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(sqlx::query_as("SELECT name, position FROM projection ORDER BY name").fetch_all(db).await?)
}
