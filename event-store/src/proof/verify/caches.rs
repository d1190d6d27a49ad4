//! Comparing what is stored for convenience, tiles, heads, streams of accounts and buckets, with what follows from the log.
//! Nothing rests on them, but what is signed next is made from them.

use std::collections::HashSet;

use sqlx::PgConnection;

use super::Bounds;
use super::findings::Findings;
use super::since_subjects::wrong;
use super::walk::SoFar;
use crate::proof::error::ProofError;
use crate::proof::growth::{Forest, tree_size};
use crate::proof::heads;
use crate::proof::subject_streams;
use crate::proof::tiles::TreeReader;
use log_proof::Checkpoint;
use log_proof::stream_tree::{BUCKETS, Buckets, StreamHead, bucket_of};

/// Compares the tiles at the right edge of the tree with the tree so far.
pub(super) async fn compare_tiles(db: &mut PgConnection, so_far: &mut SoFar) -> Result<(), ProofError> {
    let stored = match TreeReader::new(db).frontier(so_far.frontier.size()).await {
        Ok(frontier) => Some(frontier),
        Err(ProofError::Broken(_)) => None,
        Err(error) => return Err(error),
    };
    if !so_far.quick && stored.as_ref() != Some(&so_far.frontier) {
        so_far.findings.nowhere("the tiles in `log_tile` do not follow from the log");
    }
    Ok(())
}

/// Compares the stored heads with those of the streams so far, from bucket `from` on. Returns the bucket up
/// to which it did.
pub(super) async fn compare_heads(
    db: &mut PgConnection,
    bounds: &Bounds,
    so_far: &mut SoFar,
    from: usize,
) -> Result<usize, ProofError> {
    let range = so_far.streams.buckets();
    let from = from.max(range.start);
    let (mut findings, mut count) = (Findings::default(), 0);
    let mut expected = so_far.streams.sorted().filter(|head| bucket_of(&head.key) >= from).peekable();
    let wrong = |head: &StreamHead| {
        format!("the head of stream {} in `stream_head` does not follow from its events", head.key)
    };
    // Heads that went on since are no finding: what they went on from was compared in their time.
    let mut ahead = Findings::default();
    heads::each(db, from, range.end, |stored| {
        while let Some(missing) = expected.next_if(|head| head.key < stored.key) {
            findings.nowhere(wrong(&missing));
        }
        match expected.next_if(|head| head.key == stored.key) {
            Some(head) if head == stored => count += 1,
            Some(head) if stored.last_sequence <= head.last_sequence => findings.nowhere(wrong(&stored)),
            _ => ahead.nowhere(wrong(&stored)),
        }
    })
    .await?;
    for missing in expected {
        findings.nowhere(wrong(&missing));
    }
    if is_unmoved(db, bounds).await? {
        findings.extend(ahead);
    }
    so_far.checked.streams += count;
    so_far.findings.extend(findings);
    Ok(range.end)
}

/// Compares the stored streams of accounts, as they stood when the walk had come where it is, from bucket `from` on.
/// Returns the bucket up to which it did.
pub(super) async fn compare_subjects(
    db: &mut PgConnection,
    so_far: &mut SoFar,
    from: usize,
) -> Result<usize, ProofError> {
    let range = so_far.subjects.buckets();
    let from = from.max(range.start);
    let (mut findings, mut found) = (Findings::default(), HashSet::new());
    // Rows never change, so those that came since are told by their positions.
    let until = so_far.position.cast_signed();
    let subjects = &so_far.subjects;
    subject_streams::each(db, from..range.end.max(from), until, |pair, position| {
        if subjects.first(&pair) == Some(position.cast_unsigned()) {
            found.insert(pair);
        } else {
            findings.nowhere(wrong(&pair));
        }
    })
    .await?;
    for (missing, _) in subjects.pairs(from).filter(|(pair, _)| !found.contains(*pair)) {
        findings.nowhere(wrong(missing));
    }
    so_far.checked.subjects += found.len() as u64;
    so_far.findings.extend(findings);
    Ok(range.end)
}

/// Compares the stored buckets with those of the newest checkpoint, if they are of the same moment.
pub(super) async fn compare_buckets(
    db: &mut PgConnection,
    bounds: &Bounds,
    roots: &[(Checkpoint, Forest)],
    findings: &mut Findings,
) -> Result<(), ProofError> {
    let Some((stated, expected)) = roots.iter().find(|(stated, _)| stated.size == bounds.tree) else {
        return Ok(());
    };
    let stored = Forest::stored(db).await?;
    if !is_unmoved(db, bounds).await? {
        return Ok(());
    }
    let differ = |one: &Buckets, other: &Buckets| -> Vec<usize> {
        (0..BUCKETS).filter(|bucket| one.get(*bucket) != other.get(*bucket)).collect()
    };
    for bucket in differ(&stored.streams, &expected.streams) {
        findings.nowhere(format!("bucket {bucket} in `stream_bucket` does not follow from its streams"));
    }
    // Where the checkpoint states none, the buckets are of an earlier one.
    if stated.subjects.is_some() {
        for bucket in differ(&stored.subjects, &expected.subjects) {
            findings
                .nowhere(format!("bucket {bucket} in `subject_bucket` does not follow from its accounts"));
        }
    }
    Ok(())
}

async fn is_unmoved(db: &mut PgConnection, bounds: &Bounds) -> Result<bool, ProofError> {
    let newest = crate::proof::notes::newest(&mut *db).await?;
    let newest = newest.and_then(|note| Checkpoint::read(&note).ok()).map(|stated| stated.size);
    let was = bounds.newest.as_ref().map(|stated| stated.size);
    Ok(tree_size(db).await?.cast_unsigned() == bounds.tree && newest == was)
}
