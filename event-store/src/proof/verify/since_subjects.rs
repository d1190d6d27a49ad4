//! Which streams concern which account, when only what came since a checkpoint is verified.
//!
//! The rows that are stored tell what concerned whom then and now: those up to the checkpoint must lead to its root,
//! and all of them to the newest. What came between is compared with the events since, which are read once more.

use sqlx::PgConnection;

use super::Bounds;
use super::findings::Findings;
use super::stated::compare_subjects;
use super::subjects::{Hashing, Subjects};
use crate::proof::buckets::Of;
use crate::proof::error::ProofError;
use crate::proof::subject_streams::{self, Pair};
use log_proof::Checkpoint;
use log_proof::stream_tree::{BUCKETS, Buckets};

/// Verifies them. Returns how many streams first concerned an account since `kept`.
pub(super) async fn verify(
    db: &mut PgConnection,
    kept: &Checkpoint,
    bounds: &Bounds,
    most: usize,
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let newest = bounds.newest.as_ref().filter(|newest| newest.subjects.is_some());
    // Where the newest states nothing of them there is nothing to compare, which the caller tells.
    let Some(newest) = newest else { return Ok(0) };
    let (mut then, mut now) = (Of::Subjects.none(), Of::Subjects.none());
    let (mut from, mut count) = (0, 0);
    while from < BUCKETS {
        let mut named = named(db, (kept.size, newest.size), from, most).await?;
        from = named.buckets().end;
        count += compare(db, (kept.size, newest.size), &mut named, (&mut then, &mut now), findings).await?;
    }
    compare_subjects(kept, then.root(), findings);
    compare_subjects(newest, now.root(), findings);
    Ok(count)
}

/// Whom the events of `span` concern, as many buckets from `from` on as are borne.
async fn named(
    db: &mut PgConnection,
    (then, now): (u64, u64),
    from: usize,
    most: usize,
) -> Result<Subjects, ProofError> {
    let mut named = Subjects::from_bucket(from, most);
    subject_streams::each_mention(db, then.cast_signed(), now.cast_signed(), |position, pairs| {
        pairs.for_each(|pair| named.push(pair, position.cast_unsigned()));
    })
    .await?;
    Ok(named)
}

/// Compares the stored rows of the kept buckets, and hashes them as they are and as they were.
async fn compare(
    db: &mut PgConnection,
    (then, now): (u64, u64),
    named: &mut Subjects,
    (old, new): (&mut Buckets, &mut Buckets),
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let (mut old, mut new, mut count) = (Hashing::into(old), Hashing::into(new), 0);
    subject_streams::each(db, named.buckets(), now.cast_signed(), |pair, position| {
        let (position, first) = (position.cast_unsigned(), named.remove(&pair));
        if position <= then {
            old.push(&pair.0, &pair.1);
        } else if first == Some(position) {
            count += 1;
        } else {
            findings.nowhere(wrong(&pair));
        }
        new.push(&pair.0, &pair.1);
    })
    .await?;
    old.finish();
    new.finish();
    for (missing, _) in named.pairs(0) {
        findings.nowhere(wrong(missing));
    }
    Ok(count)
}

/// What is said of a row that does not follow from the log, or is missing.
pub(super) fn wrong((subject, stream): &Pair) -> String {
    format!(
        "that stream {stream} concerns account {subject} in `subject_stream` does not follow from the events"
    )
}
