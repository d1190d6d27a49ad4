//! Stream heads and their buckets at rest. A cache like the tiles: made from the log, moved on with it, and
//! trusted only once they led to a signed root.
//!
//! Reading and writing are apart: the order of all events waits for whoever has written anything and not
//! committed yet, so what takes long is done before a transaction writes its first row.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::error::ProofError;
use super::hash::Hash;
use super::streams::{BUCKETS, Buckets, StreamHead, bucket_hash, bucket_of, first_key};

/// Beyond this many changed buckets one pass over all heads is cheaper.
const MANY: usize = 16_384;
/// Buckets whose heads are fetched at once.
const PAGE: usize = 512;
/// Buckets stored in one transaction.
const AT_ONCE: usize = 4_096;

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
    let hash = |column: &str| {
        let bytes: &[u8] = row.try_get(column)?;
        Hash::from_slice(bytes).ok_or_else(|| sqlx::Error::ColumnNotFound(column.to_owned()))
    };
    Ok(StreamHead { key: hash("key")?, last_sequence: row.try_get("last_sequence")?, head: hash("head")? })
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

/// All buckets as they are stored.
pub(super) async fn buckets(db: &mut PgConnection) -> Result<Buckets, ProofError> {
    let mut buckets = Buckets::empty();
    let mut rows = sqlx::query_as::<_, (i32, Vec<u8>)>("SELECT bucket, hash FROM stream_bucket").fetch(db);
    while let Some((bucket, hash)) = rows.try_next().await? {
        if let (Ok(bucket), Some(hash)) = (usize::try_from(bucket), Hash::from_slice(&hash)) {
            buckets.set(bucket, hash);
        }
    }
    Ok(buckets)
}

/// Hashes buckets anew, those given or all, in place of what is stored of them. Nothing is written: that
/// takes [`write_buckets()`].
pub(super) async fn hash_buckets(
    db: &mut PgConnection,
    changed: Option<&BTreeSet<usize>>,
    buckets: &mut Buckets,
) -> Result<(), ProofError> {
    let pages: Vec<usize> = match changed.filter(|changed| changed.len() <= MANY) {
        Some(changed) => changed.iter().copied().collect(),
        None => (0..BUCKETS).collect(),
    };
    for page in pages.chunks(PAGE) {
        let hashed = hash_page(db, page).await?;
        for bucket in page {
            let hash = hashed.get(bucket).copied().unwrap_or_else(|| bucket_hash([]));
            buckets.set(*bucket, hash);
        }
    }
    Ok(())
}

/// The hashes of those buckets of `page` that hold anything.
async fn hash_page(db: &mut PgConnection, page: &[usize]) -> Result<BTreeMap<usize, Hash>, ProofError> {
    let mut full: BTreeMap<usize, Vec<StreamHead>> = BTreeMap::new();
    // A subquery for each bucket: a range of the primary key.
    let rows = sqlx::query(
        "SELECT h.key, h.last_sequence, h.head FROM unnest($1::bytea[], $2::bytea[]) AS b (low, high),
         LATERAL (SELECT * FROM stream_head WHERE key >= b.low AND key < b.high) AS h ORDER BY h.key",
    )
    .bind(page.iter().map(|bucket| first_key(*bucket)).collect::<Vec<_>>())
    .bind(page.iter().map(|bucket| first_key(*bucket + 1)).collect::<Vec<_>>())
    .fetch_all(db)
    .await?;
    for row in &rows {
        let head = read(row)?;
        full.entry(bucket_of(&head.key)).or_default().push(head);
    }
    Ok(full.into_iter().map(|(bucket, heads)| (bucket, bucket_hash(&heads))).collect())
}

/// Stores the buckets that are not as they were, a page in each transaction.
pub(super) async fn write_buckets(
    db: &mut PgConnection,
    before: &Buckets,
    now: &Buckets,
) -> Result<(), ProofError> {
    let changed: Vec<usize> = (0..BUCKETS).filter(|bucket| before.get(*bucket) != now.get(*bucket)).collect();
    for page in changed.chunks(AT_ONCE) {
        let hashes: Vec<Hash> = page.iter().map(|bucket| now.get(*bucket)).collect();
        sqlx::query(
            "INSERT INTO stream_bucket (bucket, hash) SELECT * FROM unnest($1::integer[], $2::bytea[])
             ON CONFLICT (bucket) DO UPDATE SET hash = excluded.hash",
        )
        .bind(page.iter().map(|bucket| *bucket as i32).collect::<Vec<_>>())
        .bind(hashes.iter().map(|hash| hash.0.as_slice()).collect::<Vec<_>>())
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Empties all caches, so that they are made anew. Each statement is a transaction, and a short one.
pub(super) async fn forget(db: &mut PgConnection) -> Result<(), ProofError> {
    sqlx::query("DELETE FROM log_tile").execute(&mut *db).await?;
    for from in (0..BUCKETS).step_by(PAGE) {
        let to = (from + PAGE).min(BUCKETS);
        sqlx::query("DELETE FROM stream_bucket WHERE bucket >= $1 AND bucket < $2")
            .bind(from as i32)
            .bind(to as i32)
            .execute(&mut *db)
            .await?;
        sqlx::query("DELETE FROM stream_head WHERE key >= $1 AND key < $2")
            .bind(first_key(from))
            .bind(first_key(to))
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}
