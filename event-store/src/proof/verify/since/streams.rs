//! The streams that went on since the checkpoint that was kept, and all stored heads.
//!
//! The log before it was not read. So each stream that went on since is folded anew from its first event, which gives its
//! head at either checkpoint; all others must be what they were. The stored heads, with those of the newest checkpoint in
//! place, are checked against its root over all streams, and with those of the kept one against that of the kept. It
//! suffices because a root binds every head. What came after the newest checkpoint is in no root yet; of it, as of the rest,
//! the order within each stream is checked.

use std::collections::HashMap;
use std::ops::Range;

use futures::TryStreamExt;
use sqlx::{PgConnection, Row};

use super::{Between, BucketsAt, key_at};
use crate::proof::error::ProofError;
use crate::proof::heads;
use crate::proof::verify::bucket_hasher::BucketHasher;
use crate::proof::verify::findings::Findings;
use crate::proof::verify::roots::compare_streams;
use crate::proof::verify::row::CommitKey;
use crate::proof::verify::windows::lower_half;
use log_proof::hash::Hash;
use log_proof::stream_tree::{self, BUCKETS, Buckets, StreamHead, bucket_of};

/// Streams whose events are fetched at once.
const PAGE: usize = 256;

/// A stream by type and id.
type Name = (String, String);

/// The head of a stream at each checkpoint.
#[derive(Clone, Copy)]
struct HeadAt {
    kept: StreamHead,
    newest: StreamHead,
}

/// Verifies the streams. Returns how many went on since the kept checkpoint, at whose end the log stood at `key`.
pub(super) async fn verify(
    db: &mut PgConnection,
    between: Between<'_>,
    key: CommitKey,
    capacity: usize,
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let span = (key, key_at(db, between.until).await?);
    let mut buckets = BucketsAt { kept: Buckets::empty(), newest: Buckets::empty() };
    let (mut from, mut count) = (0, 0);
    while from < BUCKETS {
        // Both heads and the name of a stream take about three times what a head takes.
        let (names, range) = changed_streams(db, span, from, capacity / 3).await?;
        let mut heads = HashMap::with_capacity(names.len());
        for page in names.chunks(PAGE) {
            fold(db, page, between, &mut heads, findings).await?;
        }
        count += heads.len() as u64;
        from = range.end;
        hash(db, range, heads, &mut buckets, findings).await?;
    }
    compare_streams(between.kept, buckets.kept.root(), findings);
    compare_streams(between.newest, buckets.newest.root(), findings);
    Ok(count)
}

/// The streams with events within `span`, from bucket `from` on, as many buckets of them as memory allows.
async fn changed_streams(
    db: &mut PgConnection,
    (start, end): (CommitKey, CommitKey),
    from: usize,
    capacity: usize,
) -> Result<(Vec<Name>, Range<usize>), ProofError> {
    let (mut names, mut buckets) = (Vec::new(), from..BUCKETS);
    let bucket = |name: &Name| bucket_of(&stream_tree::key(&name.0, &name.1));
    let mut rows = sqlx::query_as::<_, Name>(
        "SELECT DISTINCT aggregate_type, aggregate_id FROM events
         WHERE (era, xid, ord) > ($1, $2::xid8, $3) AND (era, xid, ord) <= ($4, $5::xid8, $6)",
    )
    .bind(start.era)
    .bind(start.xid.to_string())
    .bind(start.ord)
    .bind(end.era)
    .bind(end.xid.to_string())
    .bind(end.ord)
    .fetch(db);
    while let Some(name) = rows.try_next().await? {
        if buckets.contains(&bucket(&name)) {
            names.push(name);
        }
        if names.len() > capacity
            && let Some(half) = lower_half(&buckets)
        {
            names.retain(|name| half.contains(&bucket(name)));
            buckets = half;
        }
    }
    Ok((names, buckets))
}

/// Folds streams from their first event.
async fn fold(
    db: &mut PgConnection,
    names: &[Name],
    between: Between<'_>,
    heads: &mut HashMap<Hash, HeadAt>,
    findings: &mut Findings,
) -> Result<(), ProofError> {
    let mut rows = sqlx::query(
        "SELECT e.aggregate_type, e.aggregate_id, e.sequence, l.position, l.leaf
         FROM unnest($1::text[], $2::text[]) AS s (aggregate_type, aggregate_id)
         JOIN events e USING (aggregate_type, aggregate_id) JOIN log l USING (event_id)
         WHERE l.position <= $3 ORDER BY e.aggregate_type, e.aggregate_id, e.sequence",
    )
    .bind(names.iter().map(|name| name.0.as_str()).collect::<Vec<_>>())
    .bind(names.iter().map(|name| name.1.as_str()).collect::<Vec<_>>())
    .bind(between.until.cast_signed())
    .fetch(db);
    let mut head = StreamHead::before_first(Hash::ZERO);
    while let Some(row) = rows.try_next().await? {
        let (id, sequence): (&str, i64) = (row.try_get("aggregate_id")?, row.try_get("sequence")?);
        let position = row.try_get::<i64, _>("position")?.cast_unsigned();
        let leaf = Hash::from_slice(row.try_get("leaf")?).unwrap_or_default();
        let key = stream_tree::key(row.try_get("aggregate_type")?, id);
        if head.key != key {
            head = StreamHead::before_first(key);
        }
        head.push(&leaf);
        if head.last_sequence != sequence {
            let expected = head.last_sequence;
            let what = format!("sequence: event {sequence} of {id} comes where {expected} should");
            findings.at(position, what);
            head.last_sequence = sequence;
        }
        let empty = StreamHead::before_first(key);
        let at = heads.entry(key).or_insert(HeadAt { kept: empty, newest: empty });
        if position <= between.kept.size {
            at.kept = head;
        }
        if position <= between.newest.size {
            at.newest = head;
        }
    }
    Ok(())
}

/// Hashes the buckets in `range` as they were at each checkpoint, and compares the stored heads with those of `heads`.
async fn hash(
    db: &mut PgConnection,
    range: Range<usize>,
    mut heads: HashMap<Hash, HeadAt>,
    buckets: &mut BucketsAt,
    findings: &mut Findings,
) -> Result<(), ProofError> {
    let mut kept = BucketHasher::of_streams(&mut buckets.kept);
    let mut newest = BucketHasher::of_streams(&mut buckets.newest);
    heads::each(db, range.start, range.end, |stored| {
        let at = heads.remove(&stored.key).unwrap_or(HeadAt { kept: stored, newest: stored });
        if at.newest != stored {
            findings.wrong_head(&stored.key);
        }
        newest.push(at.newest);
        if at.kept.last_sequence > 0 {
            kept.push(at.kept);
        }
    })
    .await?;
    // A stream that began after the newest checkpoint has no head yet.
    for (missing, _) in heads.iter().filter(|(_, at)| at.newest.last_sequence > 0) {
        findings.wrong_head(missing);
    }
    kept.finish();
    newest.finish();
    Ok(())
}
