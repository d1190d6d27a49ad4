//! How far a reader of the log has come.

use event_store::StoreError;
use sqlx::{PgConnection, PgExecutor};

/// What the name of a rebuild's checkpoint adds to that of its read model.
const REBUILD: &str = "/rebuild";

/// The name of the checkpoint, and of the parked events, of a rebuild of `name`.
pub(crate) fn of_rebuild(name: &str) -> String {
    format!("{name}{REBUILD}")
}

/// A checkpoint that is held for the rest of the transaction.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(crate) struct Taken {
    pub position: i64,
    /// Whether any event is parked: whoever holds the checkpoint need not look for them otherwise.
    pub parks: bool,
}

const TAKE: &str = "
SELECT position, EXISTS (SELECT FROM parked_event WHERE projection = $1) AS parks,
       set_config('synchronous_commit', 'off', true)
FROM projection WHERE name = $1 FOR UPDATE";

/// Takes the checkpoint of `name` for this transaction; `None` while another has it. The transaction
/// will not wait for the disk: what a power cut takes from a read model it takes with the checkpoint.
pub(crate) async fn take(db: &mut PgConnection, name: &str) -> Result<Option<Taken>, StoreError> {
    let statement = format!("{TAKE} SKIP LOCKED");
    Ok(sqlx::query_as(&statement).bind(name).fetch_optional(db).await?)
}

/// Takes it, waiting for whoever has it.
pub(crate) async fn take_in_turn(db: &mut PgConnection, name: &str) -> Result<Option<Taken>, StoreError> {
    Ok(sqlx::query_as(TAKE).bind(name).fetch_optional(db).await?)
}

/// Makes the checkpoint of `name` if it is not there yet: at the beginning of the log.
///
/// # Errors
/// When the store fails.
pub async fn ensure(db: impl PgExecutor<'_>, name: &str) -> Result<(), StoreError> {
    ensure_revision(db, name, 1).await
}

/// As [`ensure`], of a read model that is to be filled in form `revision`.
pub(crate) async fn ensure_revision(
    db: impl PgExecutor<'_>,
    name: &str,
    revision: i32,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO projection (name, revision) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(name)
        .bind(revision)
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

/// Every reader and how far it has come, by name; rebuilds are none.
///
/// # Errors
/// When the store fails.
pub async fn list(db: impl PgExecutor<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let statement = "SELECT name, position FROM projection WHERE name NOT LIKE '%/%' ORDER BY name";
    Ok(sqlx::query_as(statement).fetch_all(db).await?)
}
