//! The signed checkpoints, in the table and in the object store, each opened with the public keys.
//!
//! Checked here is a note by itself, against the keys and against the size under which it is stored. That suffices because
//! what a sound one states is compared elsewhere: its root and chain by the first pass that comes to its size.

use std::collections::VecDeque;

use futures::TryStreamExt;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc::{Receiver, channel};

use super::findings::Findings;
use crate::proof::error::ProofError;
use crate::proof::notes;
use log_proof::{Checkpoint, VerifierKey};
use sealed_objects::SealedObjectStore;

/// Notes read at once.
const PAGE: i64 = 1_000;

/// A stored note: what was signed, or its size and why it is no checkpoint about so many events.
type Opened = Result<Checkpoint, (u64, String)>;

/// Checkpoints in the order of their sizes: those stored in the table, and others that were read before.
pub(super) struct SignedCheckpoints {
    stored: Receiver<Result<Opened, ProofError>>,
    unstored: VecDeque<Checkpoint>,
    next_stored: Option<Checkpoint>,
}

impl SignedCheckpoints {
    /// Those that are stored of sizes after `after`, which are read a little ahead, and those that are `unstored`.
    pub(super) fn open(pool: &PgPool, keys: &[VerifierKey], after: u64, unstored: Vec<Checkpoint>) -> Self {
        Self { stored: feed(pool, keys, after), unstored: unstored.into(), next_stored: None }
    }

    /// The next checkpoint about up to `size` events. Blocks.
    pub(super) fn due(
        &mut self,
        size: u64,
        findings: &mut Findings,
    ) -> Result<Option<Checkpoint>, ProofError> {
        if self.unstored.front().is_some_and(|signed| signed.size <= size) {
            return Ok(self.unstored.pop_front());
        }
        while self.next_stored.is_none() {
            match self.stored.blocking_recv().transpose()? {
                Some(Ok(signed)) => self.next_stored = Some(signed),
                Some(Err((size, why))) => findings.at(size, unsound(&why)),
                None => break,
            }
        }
        Ok(self.next_stored.take_if(|signed| signed.size <= size))
    }

    /// Reads what is left: a checkpoint about more events than there are can only be opened.
    pub(super) async fn read_rest(&mut self, findings: &mut Findings) -> Result<(), ProofError> {
        while let Some(opened) = self.stored.recv().await.transpose()? {
            if let Err((size, why)) = opened {
                findings.at(size, unsound(&why));
            }
        }
        Ok(())
    }
}

fn unsound(why: &str) -> String {
    format!("the stored checkpoint about the log up to here: {why}")
}

fn feed(pool: &PgPool, keys: &[VerifierKey], after: u64) -> Receiver<Result<Opened, ProofError>> {
    let (sender, receiver) = channel(PAGE as usize);
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

fn open(size: i64, note: &str, keys: &[VerifierKey]) -> Opened {
    let size = size.cast_unsigned();
    match Checkpoint::open(note, keys) {
        Ok(signed) if signed.size == size => Ok(signed),
        Ok(signed) => Err((size, format!("it states a log of {} events", signed.size))),
        Err(error) => Err((size, error.to_string())),
    }
}

/// The newest stored checkpoint that one of `keys` signed, if it is the newest stored.
pub(super) async fn newest(
    db: &mut PgConnection,
    keys: &[VerifierKey],
) -> Result<Option<Checkpoint>, ProofError> {
    let note = notes::newest(db).await?;
    Ok(note.and_then(|note| Checkpoint::open(&note, keys).ok()))
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
                Ok(signed) => found.push(signed),
                Err(error) => findings.nowhere(format!("the published note {path}: {error}")),
            }
        }
    }
    Ok(found)
}
