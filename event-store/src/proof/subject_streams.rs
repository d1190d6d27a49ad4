//! Which streams concern which account, at rest: a row for each stream that names one, with the position where it
//! first does. A cache like the heads of streams: made from the log, moved on with it, and trusted only once it led
//! to a signed root.
//!
//! It has a place of its own up to which it is made, apart from that of tiles and heads: so a log that was there
//! before it is caught up with by the first round, a signer of the release before may lead by turns, and a crash
//! between two batches loses nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};

use super::bucket_pages::{Changed, ranges};
use super::error::ProofError;
use super::mentions;
use crate::log::row;
use log_proof::account_tree::{self, SubjectHead, bucket_hash};
use log_proof::hash::Hash;
use log_proof::stream_tree::{self, bucket_of, first_key};

/// Events read for one transaction.
const BATCH: i64 = 4_000;

/// An account and a stream that concerns it.
pub(super) type Pair = (Hash, Hash);

/// The position up to which it is made.
pub(super) async fn made(db: &mut PgConnection) -> Result<i64, ProofError> {
    Ok(sqlx::query_scalar("SELECT subjects FROM log_tree").fetch_one(db).await?)
}

/// Brings it up to position `size`, and tells which buckets changed.
pub(super) async fn grow(db: &mut PgConnection, changed: &mut Changed, size: i64) -> Result<(), ProofError> {
    let mut from = made(db).await?;
    while from < size {
        let until = size.min(from + BATCH);
        let added = added(db, from, until).await?;
        write(db, &added, until).await?;
        if let Some(changed) = changed {
            changed.extend(added.iter().map(|((subject, _), _)| bucket_of(subject)));
        }
        from = until;
    }
    Ok(())
}

/// The streams that concern an account for the first time in the events after `from`, up to `until`.
async fn added(db: &mut PgConnection, from: i64, until: i64) -> Result<Vec<(Pair, i64)>, ProofError> {
    let mut first: HashMap<Pair, i64> = HashMap::new();
    let mut read = from;
    each_mention(db, from, until, |position, pairs| {
        read += 1;
        for pair in pairs {
            first.entry(pair).or_insert(position);
        }
    })
    .await?;
    if read != until {
        let what = format!("of positions {} to {until} of the log one or its event is missing", from + 1);
        return Err(ProofError::Broken(what));
    }
    let known = known(db, &first).await?;
    first.retain(|pair, _| !known.contains(pair));
    Ok(first.into_iter().collect())
}

/// Hands over the events after `from`, up to `until`: the position of each, and whom its stream concerns by it.
pub(super) async fn each_mention(
    db: &mut PgConnection,
    from: i64,
    until: i64,
    mut found: impl FnMut(i64, &mut dyn Iterator<Item = Pair>),
) -> Result<(), ProofError> {
    let mut rows = sqlx::query(
        "SELECT l.position, e.aggregate_type, e.aggregate_id, e.payload::text, e.metadata::text
         FROM log l JOIN events e USING (era, xid, ord)
         WHERE l.position > $1 AND l.position <= $2 ORDER BY l.position",
    )
    .bind(from)
    .bind(until)
    .fetch(db);
    let mut accounts = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let aggregate_id: &str = row.try_get("aggregate_id")?;
        let stream = stream_tree::key(row.try_get("aggregate_type")?, aggregate_id);
        accounts.clear();
        mentions::each(aggregate_id, row.try_get("payload")?, row.try_get("metadata")?, |account| {
            accounts.push((account_tree::key(account), stream));
        });
        found(row.try_get("position")?, &mut accounts.drain(..));
    }
    Ok(())
}

async fn known(db: &mut PgConnection, of: &HashMap<Pair, i64>) -> Result<HashSet<Pair>, ProofError> {
    let rows = sqlx::query(
        "SELECT subject, stream FROM subject_stream
         JOIN unnest($1::bytea[], $2::bytea[]) AS wanted (subject, stream) USING (subject, stream)",
    )
    .bind(of.keys().map(|(subject, _)| subject.0.as_slice()).collect::<Vec<_>>())
    .bind(of.keys().map(|(_, stream)| stream.0.as_slice()).collect::<Vec<_>>())
    .fetch_all(db)
    .await?;
    rows.iter().map(pair).collect()
}

/// Writes what a batch led to, all or nothing.
async fn write(db: &mut PgConnection, added: &[(Pair, i64)], until: i64) -> Result<(), ProofError> {
    let mut transaction = db.begin().await?;
    sqlx::query(
        "INSERT INTO subject_stream (subject, stream, position)
         SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[])",
    )
    .bind(added.iter().map(|((subject, _), _)| subject.0.as_slice()).collect::<Vec<_>>())
    .bind(added.iter().map(|((_, stream), _)| stream.0.as_slice()).collect::<Vec<_>>())
    .bind(added.iter().map(|(_, position)| *position).collect::<Vec<_>>())
    .execute(&mut *transaction)
    .await?;
    sqlx::query("UPDATE log_tree SET subjects = $1").bind(until).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

fn pair(row: &PgRow) -> Result<Pair, ProofError> {
    Ok((row::hash(row, "subject")?, row::hash(row, "stream")?))
}

/// The hashes of those buckets of `page` that hold anything.
pub(super) async fn hash_page(
    db: &mut PgConnection,
    page: &[usize],
) -> Result<BTreeMap<usize, Hash>, ProofError> {
    let (low, high) = ranges(page);
    // A subquery for each bucket: a range of the primary key.
    let rows = sqlx::query(
        "SELECT s.subject, s.stream FROM unnest($1::bytea[], $2::bytea[]) AS b (low, high),
         LATERAL (SELECT * FROM subject_stream WHERE subject >= b.low AND subject < b.high) AS s
         ORDER BY s.subject, s.position",
    )
    .bind(low)
    .bind(high)
    .fetch_all(db)
    .await?;
    let mut full: BTreeMap<usize, Vec<SubjectHead>> = BTreeMap::new();
    for row in &rows {
        let (subject, stream) = pair(row)?;
        fold(full.entry(bucket_of(&subject)).or_default(), subject, &stream);
    }
    Ok(full.into_iter().map(|(bucket, heads)| (bucket, bucket_hash(&heads))).collect())
}

/// Adds a stream to the head of its account, which is the last one or comes after it.
pub(super) fn fold(heads: &mut Vec<SubjectHead>, subject: Hash, stream: &Hash) {
    if heads.last().is_none_or(|last| last.key != subject) {
        heads.push(SubjectHead::before_first(subject));
    }
    if let Some(last) = heads.last_mut() {
        last.push(stream);
    }
}

/// The accounts in one bucket, in the order of their keys.
pub(super) async fn of_bucket(db: &mut PgConnection, bucket: usize) -> Result<Vec<SubjectHead>, ProofError> {
    let mut heads = Vec::new();
    each(db, bucket..bucket + 1, i64::MAX, |(subject, stream), _| fold(&mut heads, subject, &stream)).await?;
    Ok(heads)
}

/// Hands over the streams of the accounts in these buckets that concern them by position `until`, and where each first
/// does: in the order of keys, and for each account in that of positions.
pub(super) async fn each(
    db: &mut PgConnection,
    buckets: std::ops::Range<usize>,
    until: i64,
    mut found: impl FnMut(Pair, i64),
) -> Result<(), ProofError> {
    let mut rows = sqlx::query(
        "SELECT subject, stream, position FROM subject_stream
         WHERE subject >= $1 AND subject < $2 AND position <= $3 ORDER BY subject, position",
    )
    .bind(first_key(buckets.start))
    .bind(first_key(buckets.end))
    .bind(until)
    .fetch(db);
    while let Some(row) = rows.try_next().await? {
        found(pair(&row)?, row.try_get("position")?);
    }
    Ok(())
}

/// The names of the streams that concern an account, in the order in which each first does.
pub(super) async fn names(db: &mut PgConnection, account: &str) -> Result<Vec<(String, String)>, ProofError> {
    let names = sqlx::query_as(
        "SELECT e.aggregate_type, e.aggregate_id FROM subject_stream s JOIN log l USING (position)
         JOIN events e USING (era, xid, ord) WHERE s.subject = $1 ORDER BY s.position",
    );
    Ok(names.bind(account_tree::key(account).0.as_slice()).fetch_all(db).await?)
}
