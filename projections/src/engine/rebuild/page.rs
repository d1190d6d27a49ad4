//! Folding a page into the tables of a rebuild.

use sqlx::PgConnection;

use super::error::RebuildError;
use crate::engine::apply::{self, Outcome};
use crate::engine::cursor::CursorName;
use crate::engine::projection::Projection;
use crate::engine::read_ahead::FetchedPage;

/// Folds a page; false when something was erased since it was read, and it must be read again.
pub(super) async fn fold(
    db: &mut PgConnection,
    projection: &dyn Projection,
    name: CursorName<'_>,
    read: &FetchedPage,
) -> Result<bool, RebuildError> {
    match apply::fold(db, projection, name, read).await? {
        Outcome::Folded => Ok(true),
        Outcome::Purged => Ok(false),
        Outcome::NotAtCursor => Err(RebuildError::Disturbed),
        Outcome::NewerRevision => Err(RebuildError::OfLaterRelease),
    }
}
