//! How far a reader of the log has come.

use event_store::StoreError;
use event_store::log::subscription::Page;
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
    /// Which form of its read model was filled; a higher one than one's own is that of a later release.
    pub revision: i32,
    /// How often personal values were taken out of its tables.
    pub purges: i64,
    /// Whether any event is parked: whoever holds the checkpoint need not look for them otherwise.
    pub parks: bool,
}

const TAKEN: &str = "
position, revision, purges, EXISTS (SELECT FROM parked_event WHERE projection = $1) AS parks,
set_config('synchronous_commit', 'off', true)";

/// Takes the checkpoint of `name` for this transaction, and moves it past a page; `None` while another has it, or where
/// it does not stand before the page. One of a rebuild is waited for: nobody but an erasure ever has it too. The
/// transaction will not wait for the disk: what a power cut takes from a read model it takes with the checkpoint.
pub(crate) async fn take(
    db: &mut PgConnection,
    name: &str,
    page: &Page,
) -> Result<Option<Taken>, StoreError> {
    let others = if name.ends_with(REBUILD) { "" } else { "SKIP LOCKED" };
    let statement = format!(
        "UPDATE projection SET position = $3
         WHERE name = (SELECT name FROM projection WHERE name = $1 AND position = $2 FOR UPDATE {others})
         RETURNING {TAKEN}"
    );
    Ok(sqlx::query_as(&statement).bind(name).bind(page.after).bind(page.last).fetch_optional(db).await?)
}

/// Takes it where it stands, waiting for whoever has it.
pub(crate) async fn take_in_turn(db: &mut PgConnection, name: &str) -> Result<Option<Taken>, StoreError> {
    let statement = format!("SELECT {TAKEN} FROM projection WHERE name = $1 FOR UPDATE");
    Ok(sqlx::query_as(&statement).bind(name).fetch_optional(db).await?)
}

/// Holds it for the rest of the transaction, without reading on from it; false when there is none. What this
/// transaction changes is on disk when it is done.
pub(crate) async fn hold(db: &mut PgConnection, name: &str) -> Result<bool, StoreError> {
    let held = sqlx::query("SELECT FROM projection WHERE name = $1 FOR UPDATE").bind(name);
    Ok(held.fetch_optional(db).await?.is_some())
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

/// How often personal values were taken out of the tables of `name`.
pub(crate) async fn purges(db: impl PgExecutor<'_>, name: &str) -> Result<i64, StoreError> {
    let purges = sqlx::query_scalar("SELECT purges FROM projection WHERE name = $1").bind(name);
    Ok(purges.fetch_optional(db).await?.unwrap_or(0))
}

/// Which form of its read model `name` was filled in.
pub(crate) async fn revision(db: impl PgExecutor<'_>, name: &str) -> Result<i32, StoreError> {
    let revision = sqlx::query_scalar("SELECT revision FROM projection WHERE name = $1").bind(name);
    Ok(revision.fetch_optional(db).await?.unwrap_or(0))
}

/// Notes, while it is held, that personal values were taken out of the tables of `name`.
pub(crate) async fn purged(db: impl PgExecutor<'_>, name: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE projection SET purges = purges + 1 WHERE name = $1").bind(name).execute(db).await?;
    Ok(())
}

/// Moves the checkpoint of `name` past a page that has nothing for it; false when it stands elsewhere, or a later
/// release fills its read model.
pub(crate) async fn pass(
    db: &mut PgConnection,
    name: &str,
    revision: i32,
    page: &Page,
) -> Result<bool, StoreError> {
    let moved = sqlx::query(
        "UPDATE projection SET position = $3 WHERE name = $1 AND position = $2 AND revision <= $4
         RETURNING set_config('synchronous_commit', 'off', true)",
    )
    .bind(name)
    .bind(page.after)
    .bind(page.last)
    .bind(revision);
    Ok(moved.fetch_optional(db).await?.is_some())
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
