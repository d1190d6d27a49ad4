//! The streams, when only what came since a checkpoint is verified.
//!
//! The log before it was not read. So each stream that went on since is folded anew from its first event,
//! which gives its head then and now; all others must be what they were. The stored heads with the new ones
//! in place lead to the newest root over all streams, and with the old ones to that of the checkpoint. What
//! came after the newest checkpoint is in no root yet; of it, as of the rest, the order within each stream is
//! compared.

use std::collections::HashMap;

use futures::TryStreamExt;
use sqlx::{PgConnection, Row};

use super::Bounds;
use super::findings::Findings;
use super::row::CommitKey;
use super::stated::{compare_streams, key_at};
use super::streams::Hashing;
use crate::proof::error::ProofError;
use crate::proof::heads;
use log_proof::Checkpoint;
use log_proof::hash::Hash;
use log_proof::stream_tree::{self, BUCKETS, Buckets, StreamHead, bucket_of};

/// Streams whose events are fetched at once.
const PAGE: usize = 256;

/// A stream by type and id.
type Name = (String, String);

/// A stream then and now.
type Heads = (StreamHead, StreamHead);

/// The positions of the checkpoint that was kept, of the newest, and the last of the log.
#[derive(Clone, Copy)]
struct Ends {
    then: u64,
    now: u64,
    until: u64,
}

/// Verifies the streams. Returns how many went on since `kept`, at whose end the log stood at `key`.
pub(super) async fn verify(
    db: &mut PgConnection,
    kept: &Checkpoint,
    key: CommitKey,
    bounds: &Bounds,
    most: usize,
    findings: &mut Findings,
) -> Result<u64, ProofError> {
    let Some(newest) = &bounds.newest else {
        findings.nowhere("the newest stored checkpoint cannot be used, so streams were not compared with it");
        return Ok(0);
    };
    if newest.size != bounds.tree {
        return Err(ProofError::BeingMade);
    }
    let ends = Ends { then: kept.size, now: newest.size, until: bounds.until };
    let span = (key, key_at(db, bounds.until).await?);
    let (mut then, mut now) = (Buckets::empty(), Buckets::empty());
    let (mut from, mut count) = (0, 0);
    while from < BUCKETS {
        // Both heads and the name of a stream take about three times what a head takes.
        let (names, to) = went_on(db, span, from, most / 3).await?;
        let mut heads = HashMap::with_capacity(names.len());
        for page in names.chunks(PAGE) {
            fold(db, page, ends, &mut heads, findings).await?;
        }
        count += heads.len() as u64;
        hash(db, from..to, heads, (&mut then, &mut now), findings).await?;
        from = to;
    }
    compare_streams(kept, then.root(), findings);
    compare_streams(newest, now.root(), findings);
    Ok(count)
}

/// The streams with events within `span`, from bucket `from` on, as many as are borne; and the first bucket
/// that was left out.
async fn went_on(
    db: &mut PgConnection,
    span: (CommitKey, CommitKey),
    from: usize,
    most: usize,
) -> Result<(Vec<Name>, usize), ProofError> {
    let mut names: Vec<Name> = Vec::new();
    let bucket = |name: &Name| bucket_of(&stream_tree::key(&name.0, &name.1));
    let mut to = BUCKETS;
    let (start, end) = span;
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
        if (from..to).contains(&bucket(&name)) {
            names.push(name);
        }
        if names.len() > most && to - from > 1 {
            to = from + (to - from) / 2;
            names.retain(|name| bucket(name) < to);
        }
    }
    Ok((names, to))
}

/// Folds streams from their first event.
async fn fold(
    db: &mut PgConnection,
    names: &[Name],
    ends: Ends,
    heads: &mut HashMap<Hash, Heads>,
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
    .bind(ends.until.cast_signed())
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
        let (old, new) = heads.entry(key).or_insert((empty, empty));
        if position <= ends.then {
            *old = head;
        }
        if position <= ends.now {
            *new = head;
        }
    }
    Ok(())
}

/// Hashes the buckets in `range` as they are and as they were.
async fn hash(
    db: &mut PgConnection,
    range: std::ops::Range<usize>,
    mut heads: HashMap<Hash, Heads>,
    (then, now): (&mut Buckets, &mut Buckets),
    findings: &mut Findings,
) -> Result<(), ProofError> {
    let (mut then, mut now) = (Hashing::into(then), Hashing::into(now));
    let wrong =
        |key: &Hash| format!("the head of stream {key} in `stream_head` does not follow from its events");
    heads::each(db, range.start, range.end, |stored| {
        let (old, new) = heads.remove(&stored.key).unwrap_or((stored, stored));
        if new != stored {
            findings.nowhere(wrong(&stored.key));
        }
        now.push(new);
        if old.last_sequence > 0 {
            then.push(old);
        }
    })
    .await?;
    // A stream that began after the newest checkpoint has no head yet.
    for (missing, _) in heads.iter().filter(|(_, (_, new))| new.last_sequence > 0) {
        findings.nowhere(wrong(missing));
    }
    then.finish();
    now.finish();
    Ok(())
}
