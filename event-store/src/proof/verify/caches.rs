//! Comparing what is stored for convenience, tiles, heads and buckets, with what follows from the log.
//! Nothing rests on them, but what is signed next is made from them.

use sqlx::PgConnection;

use super::Bounds;
use super::findings::Findings;
use super::walk::SoFar;
use crate::proof::checkpoint::Checkpoint;
use crate::proof::error::ProofError;
use crate::proof::heads;
use crate::proof::notary::tree_size;
use crate::proof::streams::{BUCKETS, Buckets, StreamHead, bucket_of};
use crate::proof::tiles::TreeReader;

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

/// Compares the stored buckets with those of the newest checkpoint, if they are of the same moment.
pub(super) async fn compare_buckets(
    db: &mut PgConnection,
    bounds: &Bounds,
    roots: &[(Checkpoint, Buckets)],
    findings: &mut Findings,
) -> Result<(), ProofError> {
    let Some((_, expected)) = roots.iter().find(|(stated, _)| stated.size == bounds.tree) else {
        return Ok(());
    };
    let stored = heads::buckets(db).await?;
    if !is_unmoved(db, bounds).await? {
        return Ok(());
    }
    for bucket in (0..BUCKETS).filter(|bucket| stored.get(*bucket) != expected.get(*bucket)) {
        findings.nowhere(format!("bucket {bucket} in `stream_bucket` does not follow from its streams"));
    }
    Ok(())
}

async fn is_unmoved(db: &mut PgConnection, bounds: &Bounds) -> Result<bool, ProofError> {
    let newest = crate::proof::notes::newest(&mut *db).await?;
    let newest = newest.and_then(|note| Checkpoint::read(&note).ok()).map(|stated| stated.size);
    let was = bounds.newest.as_ref().map(|stated| stated.size);
    Ok(tree_size(db).await?.cast_unsigned() == bounds.tree && newest == was)
}
