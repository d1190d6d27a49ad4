//! Checkpoints at rest: in a table, and as plain objects below `checkpoints/` in the store that also holds
//! the archives, where an attacker who changes the database does not reach them.
//!
//! An object's name holds the size and a digest of the note, so none is ever overwritten: two statements
//! about one size would lie side by side. A note is stored first and published after; what a crash leaves
//! unpublished is published by the next round.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgExecutor};

use super::error::ProofError;
use crate::error::StoreError;
use sealed_objects::SealedObjectStore;

/// Where they lie in the object store.
pub(super) const FOLDER: &str = "checkpoints";

/// The newest note, if there is any.
pub async fn newest(db: impl PgExecutor<'_>) -> Result<Option<String>, StoreError> {
    let note = sqlx::query_scalar("SELECT note FROM checkpoint_note ORDER BY size DESC LIMIT 1");
    Ok(note.fetch_optional(db).await?)
}

/// The note about the log when it had `size` events.
pub(super) async fn of_size(db: &mut PgConnection, size: u64) -> Result<Option<String>, ProofError> {
    let note = sqlx::query_scalar("SELECT note FROM checkpoint_note WHERE size = $1");
    Ok(note.bind(size.cast_signed()).fetch_optional(db).await?)
}

/// At most `limit` notes with sizes after `after`, in order.
pub(super) async fn after(
    db: &mut PgConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, String)>, ProofError> {
    let notes =
        sqlx::query_as("SELECT size, note FROM checkpoint_note WHERE size > $1 ORDER BY size LIMIT $2");
    Ok(notes.bind(after).bind(limit).fetch_all(db).await?)
}

/// Those of `paths` whose note is stored in the table.
pub(super) async fn stored_paths(
    db: &mut PgConnection,
    paths: &[String],
) -> Result<HashSet<String>, ProofError> {
    let sizes: Vec<i64> = paths.iter().filter_map(|path| size_in(path)).collect();
    let notes: Vec<(i64, String)> =
        sqlx::query_as("SELECT size, note FROM checkpoint_note WHERE size = ANY($1)")
            .bind(sizes)
            .fetch_all(db)
            .await?;
    Ok(notes.iter().map(|(size, note)| path(*size, note)).collect())
}

pub(super) async fn insert(db: &mut PgConnection, size: u64, note: &str) -> Result<(), ProofError> {
    sqlx::query("INSERT INTO checkpoint_note (size, note) VALUES ($1, $2)")
        .bind(size.cast_signed())
        .bind(note)
        .execute(db)
        .await?;
    Ok(())
}

/// Writes what was not published yet into the object store.
pub(super) async fn publish(
    db: &mut PgConnection,
    objects: &SealedObjectStore,
    now: DateTime<Utc>,
) -> Result<(), ProofError> {
    let unpublished: Vec<(i64, String)> = sqlx::query_as(
        "SELECT size, note FROM checkpoint_note WHERE published_at IS NULL ORDER BY size LIMIT 1000",
    )
    .fetch_all(&mut *db)
    .await?;
    for (size, note) in unpublished {
        objects.put_plain(&path(size, &note), note).await?;
        sqlx::query("UPDATE checkpoint_note SET published_at = $2 WHERE size = $1")
            .bind(size)
            .bind(now)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Published notes about logs of at least `size` events, the longest log first.
pub(super) async fn published_from(
    objects: &SealedObjectStore,
    size: u64,
) -> Result<Vec<String>, ProofError> {
    // Sorts before the notes about this very size, which have a digest in their names.
    let mut paths = objects.list_after(FOLDER, &format!("{FOLDER}/{size:020}")).await?;
    paths.reverse();
    Ok(paths)
}

/// The object of a note.
fn path(size: i64, note: &str) -> String {
    path_below(FOLDER, size, note)
}

/// The same in another folder.
pub(super) fn path_below(folder: &str, size: i64, note: &str) -> String {
    format!("{folder}/{size:020}-{}", hex::encode(&Sha256::digest(note)[..8]))
}

/// The size that an object's name states.
fn size_in(path: &str) -> Option<i64> {
    path.rsplit('/').next()?.split('-').next()?.parse().ok()
}
