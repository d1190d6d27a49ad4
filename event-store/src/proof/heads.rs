//! Stream heads at rest. A cache like the tiles: made from the log, moved on with it, and trusted only once they led
//! to a signed root. Reading and writing are apart, as for their buckets ([`super::buckets`]).

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::bucket_pages::ranges;
use super::error::ProofError;
use crate::log::row;
use log_proof::hash::Hash;
use log_proof::stream_tree::{StreamHead, bucket_hash, bucket_of, first_key};

/// An event that moves its stream on.
pub(super) struct Moved {
    pub key: Hash,
    pub sequence: i64,
    pub leaf: Hash,
    pub position: i64,
}

/// The heads that `moved` leads to. Nothing is written: that takes [`write()`].
pub(super) async fn advanced(db: &mut PgConnection, moved: &[Moved]) -> Result<Vec<StreamHead>, ProofError> {
    let keys: BTreeSet<Hash> = moved.iter().map(|event| event.key).collect();
    let wanted: Vec<&[u8]> = keys.iter().map(|key| key.0.as_slice()).collect();
    let rows = sqlx::query("SELECT key, last_sequence, head FROM stream_head WHERE key = ANY($1)")
        .bind(wanted)
        .fetch_all(&mut *db)
        .await?;
    let mut heads: BTreeMap<Hash, StreamHead> = BTreeMap::new();
    for row in &rows {
        let head = read(row)?;
        heads.insert(head.key, head);
    }
    for event in moved {
        let head = heads.entry(event.key).or_insert_with(|| StreamHead::before_first(event.key));
        head.push(&event.leaf);
        if head.last_sequence != event.sequence {
            let (position, sequence) = (event.position, event.sequence);
            return Err(ProofError::Broken(format!(
                "position {position} of the log holds event {sequence} of its stream, expected {}",
                head.last_sequence
            )));
        }
    }
    Ok(heads.into_values().collect())
}

/// Stores heads in place of those before.
pub(super) async fn write(db: &mut PgConnection, heads: &[StreamHead]) -> Result<(), ProofError> {
    sqlx::query(
        "INSERT INTO stream_head (key, last_sequence, head)
         SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[])
         ON CONFLICT (key) DO UPDATE SET last_sequence = excluded.last_sequence, head = excluded.head",
    )
    .bind(heads.iter().map(|head| head.key.0.as_slice()).collect::<Vec<_>>())
    .bind(heads.iter().map(|head| head.last_sequence).collect::<Vec<_>>())
    .bind(heads.iter().map(|head| head.head.0.as_slice()).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

fn read(row: &PgRow) -> Result<StreamHead, ProofError> {
    let (key, head) = (row::hash(row, "key")?, row::hash(row, "head")?);
    Ok(StreamHead { key, last_sequence: row.try_get("last_sequence")?, head })
}

/// The heads in one bucket, in the order of their keys.
pub(super) async fn of_bucket(db: &mut PgConnection, bucket: usize) -> Result<Vec<StreamHead>, ProofError> {
    let mut heads = Vec::new();
    each(db, bucket, bucket + 1, |head| heads.push(head)).await?;
    Ok(heads)
}

/// Hands over the heads of buckets `from..to` in the order of their keys.
pub(super) async fn each(
    db: &mut PgConnection,
    from: usize,
    to: usize,
    mut found: impl FnMut(StreamHead),
) -> Result<(), ProofError> {
    let mut rows = sqlx::query(
        "SELECT key, last_sequence, head FROM stream_head WHERE key >= $1 AND key < $2 ORDER BY key",
    )
    .bind(first_key(from))
    .bind(first_key(to))
    .fetch(db);
    while let Some(row) = rows.try_next().await? {
        found(read(&row)?);
    }
    Ok(())
}

/// The hashes of those buckets of `page` that hold anything.
pub(super) async fn hash_page(
    db: &mut PgConnection,
    page: &[usize],
) -> Result<BTreeMap<usize, Hash>, ProofError> {
    let mut full: BTreeMap<usize, Vec<StreamHead>> = BTreeMap::new();
    let (low, high) = ranges(page);
    // A subquery for each bucket: a range of the primary key.
    let rows = sqlx::query(
        "SELECT h.key, h.last_sequence, h.head FROM unnest($1::bytea[], $2::bytea[]) AS b (low, high),
         LATERAL (SELECT * FROM stream_head WHERE key >= b.low AND key < b.high) AS h ORDER BY h.key",
    )
    .bind(low)
    .bind(high)
    .fetch_all(db)
    .await?;
    for row in &rows {
        let head = read(row)?;
        full.entry(bucket_of(&head.key)).or_default().push(head);
    }
    Ok(full.into_iter().map(|(bucket, heads)| (bucket, bucket_hash(&heads))).collect())
}
