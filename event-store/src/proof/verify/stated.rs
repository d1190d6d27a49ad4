//! What was stated: the checkpoints in the table and in the object store, each opened with the public keys.

use futures::TryStreamExt;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;

use super::findings::Findings;
use super::row::CommitKey;
use crate::proof::error::ProofError;
use crate::proof::notes;
use log_proof::Checkpoint;
use log_proof::VerifierKey;
use log_proof::hash::Hash;
use sealed_objects::SealedObjectStore;

/// Notes read at once.
const PAGE: i64 = 1_000;

/// A stored note: what it states, or its size and why it states nothing.
pub(super) type Stated = Result<Checkpoint, (u64, String)>;

/// The newest stored checkpoint that one of `keys` signed, if it is the newest stored.
pub(super) async fn newest(
    db: &mut PgConnection,
    keys: &[VerifierKey],
) -> Result<Option<Checkpoint>, ProofError> {
    let note = notes::newest(db).await?;
    Ok(note.and_then(|note| Checkpoint::open(&note, keys).ok()))
}

/// The stored checkpoints of sizes after `after`, in order, a little ahead of the reader.
pub(super) fn feed(
    pool: &PgPool,
    keys: &[VerifierKey],
    after: u64,
) -> mpsc::Receiver<Result<Stated, ProofError>> {
    let (sender, receiver) = mpsc::channel(PAGE as usize);
    let (pool, keys, mut after) = (pool.clone(), keys.to_vec(), after.cast_signed());
    tokio::spawn(async move {
        loop {
            let page = match page(&pool, after).await {
                Ok(page) => page,
                Err(error) => {
                    // The reader may be gone.
                    let _ = sender.send(Err(error)).await;
                    return;
                }
            };
            for (size, note) in &page {
                if sender.send(Ok(open(*size, note, &keys))).await.is_err() {
                    return;
                }
            }
            match page.last() {
                Some((size, _)) if page.len() as i64 == PAGE => after = *size,
                _ => return,
            }
        }
    });
    receiver
}

async fn page(pool: &PgPool, after: i64) -> Result<Vec<(i64, String)>, ProofError> {
    let mut db = pool.acquire().await?;
    notes::after(&mut db, after, PAGE).await
}

fn open(size: i64, note: &str, keys: &[VerifierKey]) -> Stated {
    let size = size.cast_unsigned();
    match Checkpoint::open(note, keys) {
        Ok(stated) if stated.size == size => Ok(stated),
        Ok(stated) => Err((size, format!("it states a log of {} events", stated.size))),
        Err(error) => Err((size, error.to_string())),
    }
}

/// Checkpoints that lie in the object store and not in the table.
pub(super) async fn published_only(
    db: &mut PgConnection,
    objects: &SealedObjectStore,
    keys: &[VerifierKey],
    findings: &mut Findings,
) -> Result<Vec<Checkpoint>, ProofError> {
    let mut found = Vec::new();
    let mut pages = objects.paths(notes::FOLDER)?.try_chunks(PAGE as usize);
    while let Some(paths) = pages.try_next().await.map_err(|error| ProofError::Object(error.1))? {
        let known = notes::stored_paths(db, &paths).await?;
        for path in paths.iter().filter(|path| !known.contains(*path)) {
            match Checkpoint::open(&objects.get_plain(path).await?, keys) {
                Ok(stated) => found.push(stated),
                Err(error) => findings.nowhere(format!("the published note {path}: {error}")),
            }
        }
    }
    Ok(found)
}

/// Where the event at `position` stands in the order of commits.
pub(super) async fn key_at(db: &mut PgConnection, position: u64) -> Result<CommitKey, ProofError> {
    if position == 0 {
        return Ok(CommitKey::before_first());
    }
    let found: Option<(i16, String, i64)> =
        sqlx::query_as("SELECT era, xid::text, ord FROM log WHERE position = $1")
            .bind(position.cast_signed())
            .fetch_optional(db)
            .await?;
    let key = found.and_then(|(era, xid, ord)| Some(CommitKey { era, xid: xid.parse().ok()?, ord }));
    key.ok_or_else(|| ProofError::Broken(format!("position {position} of the log is missing")))
}

/// Compares the root over all streams with the one that is stated.
pub(super) fn compare_streams(stated: &Checkpoint, root: Hash, findings: &mut Findings) {
    if stated.streams != root {
        findings.at(
            stated.size,
            format!("the root over all streams is not that of the checkpoint signed at {}", stated.time),
        );
    }
}

/// Compares the root over all accounts with the one that is stated, if one is.
pub(super) fn compare_subjects(stated: &Checkpoint, root: Hash, findings: &mut Findings) {
    if stated.subjects.is_some_and(|subjects| subjects != root) {
        findings.at(
            stated.size,
            format!("the root over all accounts is not that of the checkpoint signed at {}", stated.time),
        );
    }
}
