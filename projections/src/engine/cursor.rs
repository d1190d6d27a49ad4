//! Cursors: the position up to which a reader has read the log.

use std::borrow::Cow;

use event_store::StoreError;
use event_store::log::subscription::Page;
use sqlx::{PgConnection, PgExecutor};

/// The name of a cursor, and of the parked events of its read model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorName<'a> {
    projection: &'a str,
    is_rebuild: bool,
}

impl<'a> From<&'a str> for CursorName<'a> {
    /// The cursor of the reader `projection` itself.
    fn from(projection: &'a str) -> Self {
        Self { projection, is_rebuild: false }
    }
}

impl<'a> CursorName<'a> {
    /// The cursor of a rebuild of `projection`.
    pub(crate) fn of_rebuild(projection: &'a str) -> Self {
        Self { projection, is_rebuild: true }
    }

    /// The stored name.
    pub(crate) fn text(self) -> Cow<'a, str> {
        if self.is_rebuild {
            Cow::Owned(format!("{}/rebuild", self.projection))
        } else {
            Cow::Borrowed(self.projection)
        }
    }
}

/// A cursor that is locked for the rest of the transaction.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(crate) struct ProjectionCursor {
    pub position: i64,
    /// The form in which its read model was filled; a higher one than one's own is that of a later release.
    pub revision: i32,
    /// How often personal values were taken out of its tables.
    pub purges: i64,
    /// Whether any event is parked; where not, parked streams need not be looked for.
    pub parks: bool,
}

/// The columns of a [`ProjectionCursor`], of the cursor named `$1`. The transaction will not wait for the disk: what a
/// power cut takes from a read model it takes with the cursor.
const LOCKED: &str = "
position, revision, purges, EXISTS (SELECT FROM parked_event WHERE projection = $1) AS parks,
set_config('synchronous_commit', 'off', true)";

/// Locks a cursor for this transaction, and moves it past a page; `None` while another process has it, or where it does
/// not stand before the page. That of a rebuild is waited for: only an erasure ever has it too.
pub(crate) async fn claim_and_advance(
    db: &mut PgConnection,
    name: CursorName<'_>,
    page: &Page,
) -> Result<Option<ProjectionCursor>, StoreError> {
    let others = if name.is_rebuild { "" } else { "SKIP LOCKED" };
    let statement = format!(
        "UPDATE projection SET position = $3
         WHERE name = (SELECT name FROM projection WHERE name = $1 AND position = $2 FOR UPDATE {others})
         RETURNING {LOCKED}"
    );
    let claimed = sqlx::query_as(&statement).bind(name.text()).bind(page.after).bind(page.last);
    Ok(claimed.fetch_optional(db).await?)
}

/// Locks a cursor where it stands, waiting for the process that has it.
pub(crate) async fn lock(
    db: &mut PgConnection,
    name: CursorName<'_>,
) -> Result<Option<ProjectionCursor>, StoreError> {
    let statement = format!("SELECT {LOCKED} FROM projection WHERE name = $1 FOR UPDATE");
    Ok(sqlx::query_as(&statement).bind(name.text()).fetch_optional(db).await?)
}

/// Locks a cursor for the rest of the transaction, without reading on from it; false when there is none. What this
/// transaction changes is on disk when it is done.
pub(crate) async fn lock_for_erasure(
    db: &mut PgConnection,
    name: CursorName<'_>,
) -> Result<bool, StoreError> {
    let held = sqlx::query("SELECT FROM projection WHERE name = $1 FOR UPDATE").bind(name.text());
    Ok(held.fetch_optional(db).await?.is_some())
}

/// Moves a cursor past a page that has nothing for it; false when it stands elsewhere, or a later
/// release fills its read model.
pub(crate) async fn advance_empty(
    db: &mut PgConnection,
    name: CursorName<'_>,
    revision: i32,
    page: &Page,
) -> Result<bool, StoreError> {
    let moved = sqlx::query(
        "UPDATE projection SET position = $3 WHERE name = $1 AND position = $2 AND revision <= $4
         RETURNING set_config('synchronous_commit', 'off', true)",
    )
    .bind(name.text())
    .bind(page.after)
    .bind(page.last)
    .bind(revision);
    Ok(moved.fetch_optional(db).await?.is_some())
}

/// Makes the cursor `name` if it is not there yet: at the beginning of the log.
pub async fn ensure(db: impl PgExecutor<'_>, name: impl Into<CursorName<'_>>) -> Result<(), StoreError> {
    ensure_revision(db, name.into(), 1).await
}

/// As [`ensure`], of a read model that is to be filled in form `revision`.
pub(crate) async fn ensure_revision(
    db: impl PgExecutor<'_>,
    name: CursorName<'_>,
    revision: i32,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO projection (name, revision) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(name.text())
        .bind(revision)
        .execute(db)
        .await?;
    Ok(())
}

/// How far `name` has come; 0 when it never began.
pub async fn position(db: impl PgExecutor<'_>, name: impl Into<CursorName<'_>>) -> Result<i64, StoreError> {
    let position = sqlx::query_scalar("SELECT position FROM projection WHERE name = $1")
        .bind(name.into().text())
        .fetch_optional(db)
        .await?;
    Ok(position.unwrap_or(0))
}

/// How often personal values were taken out of the tables of `name`.
pub(crate) async fn purges(db: impl PgExecutor<'_>, name: CursorName<'_>) -> Result<i64, StoreError> {
    let purges = sqlx::query_scalar("SELECT purges FROM projection WHERE name = $1").bind(name.text());
    Ok(purges.fetch_optional(db).await?.unwrap_or(0))
}

/// Which form of its read model `name` was filled in.
pub(crate) async fn revision(db: impl PgExecutor<'_>, name: CursorName<'_>) -> Result<i32, StoreError> {
    let revision = sqlx::query_scalar("SELECT revision FROM projection WHERE name = $1").bind(name.text());
    Ok(revision.fetch_optional(db).await?.unwrap_or(0))
}

/// Notes, while it is held, that personal values were taken out of the tables of `name`.
pub(crate) async fn count_purge(db: impl PgExecutor<'_>, name: CursorName<'_>) -> Result<(), StoreError> {
    sqlx::query("UPDATE projection SET purges = purges + 1 WHERE name = $1")
        .bind(name.text())
        .execute(db)
        .await?;
    Ok(())
}

/// Moves the cursor `name` forward.
pub async fn advance(
    db: impl PgExecutor<'_>,
    name: impl Into<CursorName<'_>>,
    position: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE projection SET position = $2 WHERE name = $1 AND position < $2")
        .bind(name.into().text())
        .bind(position)
        .execute(db)
        .await?;
    Ok(())
}
