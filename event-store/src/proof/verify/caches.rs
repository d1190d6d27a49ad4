//! What is stored for convenience, tiles, heads, streams of accounts and buckets, against what follows from the log.
//!
//! Nothing rests on it, but what is signed next is made from it. It suffices to compare tiles and heads at the position up
//! to which they were made, streams of accounts at theirs, and buckets with those of the checkpoint that is as old as the
//! tiles: what a signer adds meanwhile it makes from rows that are in a later verification.

use std::collections::HashSet;

use sqlx::PgConnection;

use super::bounds::Bounds;
use super::findings::Findings;
use super::roots::RootTarget;
use super::windows::{Streams, Subjects};
use crate::proof::error::ProofError;
use crate::proof::growth::{Forest, tree_size};
use crate::proof::heads;
use crate::proof::notes;
use crate::proof::subject_streams;
use crate::proof::tiles::TreeReader;
use log_proof::Checkpoint;
use log_proof::merkle::Frontier;
use log_proof::stream_tree::{BUCKETS, Buckets, bucket_of};

/// The buckets before these were compared, of each of the two trees. A window that gives up buckets after it was compared
/// has them in the next pass once more.
#[derive(Default)]
pub(super) struct Compared {
    pub streams: usize,
    pub subjects: usize,
}

/// Compares the tiles at the right edge of the tree with the tree so far.
pub(super) async fn compare_tiles(
    db: &mut PgConnection,
    tree: &Frontier,
    findings: &mut Findings,
) -> Result<(), ProofError> {
    let stored = match TreeReader::new(db).frontier(tree.size()).await {
        Ok(stored) => Some(stored),
        Err(ProofError::Broken(_)) => None,
        Err(error) => return Err(error),
    };
    if stored.as_ref() != Some(tree) {
        findings.nowhere("the tiles in `log_tile` do not follow from the log");
    }
    Ok(())
}

/// Compares the stored heads with those in the window, from bucket `compared` on, which then is the first that was not.
/// Returns how many are as they must be.
pub(super) async fn compare_heads(
    db: &mut PgConnection,
    bounds: &Bounds,
    streams: &Streams,
    compared: &mut usize,
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let range = streams.buckets();
    let from = range.start.max(*compared);
    let mut count = 0;
    let mut expected = streams.sorted().filter(|head| bucket_of(&head.key) >= from).peekable();
    // Heads that went on since are no finding: what they went on from was compared in their time.
    let mut ahead = Findings::default();
    heads::each(db, from, range.end, |stored| {
        while let Some(missing) = expected.next_if(|head| head.key < stored.key) {
            findings.wrong_head(&missing.key);
        }
        match expected.next_if(|head| head.key == stored.key) {
            Some(head) if head == stored => count += 1,
            Some(head) if stored.last_sequence <= head.last_sequence => findings.wrong_head(&stored.key),
            _ => ahead.wrong_head(&stored.key),
        }
    })
    .await?;
    for missing in expected {
        findings.wrong_head(&missing.key);
    }
    if is_unmoved(db, bounds).await? {
        findings.extend(ahead);
    }
    *compared = range.end.max(*compared);
    Ok(count)
}

/// Compares the stored streams of accounts, as they stood at `position`, where the pass stands, with those in the window,
/// from bucket `compared` on, which then is the first that was not. Returns how many are as they must be.
pub(super) async fn compare_subjects(
    db: &mut PgConnection,
    position: u64,
    subjects: &Subjects,
    compared: &mut usize,
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let range = subjects.buckets();
    let from = range.start.max(*compared);
    let mut found = HashSet::new();
    // Rows never change, so those that came since are told by their positions.
    subject_streams::each(db, from..range.end.max(from), position.cast_signed(), |pair, position| {
        if subjects.first(&pair) == Some(position.cast_unsigned()) {
            found.insert(pair);
        } else {
            findings.wrong_pair(&pair);
        }
    })
    .await?;
    for missing in subjects.pairs(from).filter(|pair| !found.contains(*pair)) {
        findings.wrong_pair(missing);
    }
    *compared = range.end.max(*compared);
    Ok(found.len() as u64)
}

/// Compares the stored buckets with those of the newest checkpoint, if they are of the same moment.
pub(super) async fn compare_buckets(
    db: &mut PgConnection,
    bounds: &Bounds,
    targets: &[RootTarget],
    findings: &mut Findings,
) -> Result<(), ProofError> {
    let Some(RootTarget { checkpoint, forest }) =
        targets.iter().find(|target| target.checkpoint.size == bounds.tree)
    else {
        return Ok(());
    };
    let stored = Forest::stored(db).await?;
    if !is_unmoved(db, bounds).await? {
        return Ok(());
    }
    let differ = |one: &Buckets, other: &Buckets| -> Vec<usize> {
        (0..BUCKETS).filter(|bucket| one.get(*bucket) != other.get(*bucket)).collect()
    };
    for bucket in differ(&stored.streams, &forest.streams) {
        findings.nowhere(format!("bucket {bucket} in `stream_bucket` does not follow from its streams"));
    }
    // Where the checkpoint states none, the buckets are of an earlier one.
    if checkpoint.subjects.is_some() {
        for bucket in differ(&stored.subjects, &forest.subjects) {
            findings
                .nowhere(format!("bucket {bucket} in `subject_bucket` does not follow from its accounts"));
        }
    }
    Ok(())
}

/// Whether no signer has moved the caches on since the verification began.
async fn is_unmoved(db: &mut PgConnection, bounds: &Bounds) -> Result<bool, ProofError> {
    let newest = notes::newest(&mut *db).await?;
    let newest = newest.and_then(|note| Checkpoint::read(&note).ok()).map(|signed| signed.size);
    let was = bounds.newest.as_ref().map(|signed| signed.size);
    Ok(tree_size(db).await?.cast_unsigned() == bounds.tree && newest == was)
}
