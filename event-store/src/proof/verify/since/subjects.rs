//! Which streams concern which account, since the checkpoint that was kept.
//!
//! The stored rows tell what concerned whom at either checkpoint: those up to the kept one are checked against its root over
//! all accounts, all of them against that of the newest, and those between against the events, which are read once more.
//! It suffices because a root binds every row.

use sqlx::PgConnection;

use super::{Between, BucketsAt};
use crate::proof::buckets::Of;
use crate::proof::error::ProofError;
use crate::proof::subject_streams;
use crate::proof::verify::bucket_hasher::BucketHasher;
use crate::proof::verify::findings::Findings;
use crate::proof::verify::roots::compare_subjects;
use crate::proof::verify::windows::Subjects;
use log_proof::stream_tree::BUCKETS;

/// Verifies them. Returns how many streams first concerned an account since the kept checkpoint.
pub(super) async fn verify(
    db: &mut PgConnection,
    between: Between<'_>,
    capacity: usize,
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let mut buckets = BucketsAt { kept: Of::Subjects.none(), newest: Of::Subjects.none() };
    let (mut from, mut count) = (0, 0);
    while from < BUCKETS {
        let mut named = named(db, between, from, capacity).await?;
        from = named.buckets().end;
        count += compare(db, between, &mut named, &mut buckets, findings).await?;
    }
    compare_subjects(between.kept, buckets.kept.root(), findings);
    compare_subjects(between.newest, buckets.newest.root(), findings);
    Ok(count)
}

/// Whom the events between the checkpoints concern, from bucket `from` on, as many buckets as memory allows.
async fn named(
    db: &mut PgConnection,
    Between { kept, newest, .. }: Between<'_>,
    from: usize,
    capacity: usize,
) -> Result<Subjects, ProofError> {
    let mut named = Subjects::from_bucket(from, capacity);
    let (after, until) = (kept.size.cast_signed(), newest.size.cast_signed());
    subject_streams::each_mention(db, after, until, |position, pairs| {
        pairs.for_each(|pair| named.push(pair, position.cast_unsigned()));
    })
    .await?;
    Ok(named)
}

/// Compares the stored rows of the buckets in the window, and hashes them as they were at each checkpoint.
async fn compare(
    db: &mut PgConnection,
    between: Between<'_>,
    named: &mut Subjects,
    buckets: &mut BucketsAt,
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let mut kept = BucketHasher::of_subjects(&mut buckets.kept);
    let mut newest = BucketHasher::of_subjects(&mut buckets.newest);
    let mut count = 0;
    subject_streams::each(db, named.buckets(), between.newest.size.cast_signed(), |pair, position| {
        let (position, first) = (position.cast_unsigned(), named.remove(&pair));
        if position <= between.kept.size {
            kept.push(&pair.0, &pair.1);
        } else if first == Some(position) {
            count += 1;
        } else {
            findings.wrong_pair(&pair);
        }
        newest.push(&pair.0, &pair.1);
    })
    .await?;
    kept.finish();
    newest.finish();
    for missing in named.pairs(0) {
        findings.wrong_pair(missing);
    }
    Ok(count)
}
