//! Stream heads and their buckets at rest. A cache like the tiles: made from the log, moved on with it, and
//! trusted only once they led to a signed root.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// An event that moves its stream on.
pub(super) struct Moved {
    pub key: Hash,
    pub sequence: i64,
    pub leaf: Hash,
    pub position: i64,
}

/// Moves the heads on. Returns the buckets that changed.
pub(super) async fn advance(db: &mut PgConnection, moved: &[Moved]) -> Result<BTreeSet<usize>, ProofError> {
    let keys: BTreeSet<Hash> = moved.iter().map(|event| event.key).collect();
    let wanted: Vec<&[u8]> = keys.iter().map(|key| key.0.as_slice()).collect();
    let rows = sqlx::query("SELECT key, last_sequence, head FROM stream_head WHERE key = ANY($1)")
        .bind(wanted)
        .fetch_all(&mut *db)
        .await?;
    let mut heads: HashMap<Hash, StreamHead> = HashMap::with_capacity(keys.len());
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
    write(db, heads.values()).await?;
    Ok(keys.iter().map(bucket_of).collect())
}

async fn write(
    db: &mut PgConnection,
    heads: impl Iterator<Item = &StreamHead> + Clone,
) -> Result<(), ProofError> {
    sqlx::query(
        "INSERT INTO stream_head (key, last_sequence, head)
         SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[])
         ON CONFLICT (key) DO UPDATE SET last_sequence = excluded.last_sequence, head = excluded.head",
    )
    .bind(heads.clone().map(|head| head.key.0.as_slice()).collect::<Vec<_>>())
    .bind(heads.clone().map(|head| head.last_sequence).collect::<Vec<_>>())
    .bind(heads.map(|head| head.head.0.as_slice()).collect::<Vec<_>>())
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

/// Hashes buckets anew, those given or all, and stores them. Returns the root over all of them.
pub(super) async fn hash_buckets(
    db: &mut PgConnection,
    changed: Option<&BTreeSet<usize>>,
) -> Result<Hash, ProofError> {
    match changed.filter(|changed| changed.len() <= MANY) {
        Some(changed) => {
            let changed: Vec<usize> = changed.iter().copied().collect();
            for page in changed.chunks(PAGE) {
                hash_page(db, page).await?;
            }
        }
        None => {
            for from in (0..BUCKETS).step_by(PAGE) {
                let page: Vec<usize> = (from..(from + PAGE).min(BUCKETS)).collect();
                hash_page(db, &page).await?;
            }
        }
    }
    Ok(buckets(db).await?.root())
}

async fn hash_page(db: &mut PgConnection, page: &[usize]) -> Result<(), ProofError> {
    let mut full: BTreeMap<usize, Vec<StreamHead>> = BTreeMap::new();
    // A subquery for each bucket: a range of the primary key.
    let rows = sqlx::query(
        "SELECT h.key, h.last_sequence, h.head FROM unnest($1::bytea[], $2::bytea[]) AS b (low, high),
         LATERAL (SELECT * FROM stream_head WHERE key >= b.low AND key < b.high) AS h ORDER BY h.key",
    )
    .bind(page.iter().map(|bucket| first_key(*bucket)).collect::<Vec<_>>())
    .bind(page.iter().map(|bucket| first_key(*bucket + 1)).collect::<Vec<_>>())
    .fetch_all(&mut *db)
    .await?;
    for row in &rows {
        let head = read(row)?;
        full.entry(bucket_of(&head.key)).or_default().push(head);
    }
    // One that is empty is not stored: its hash is known.
    let hashes: Vec<Hash> = full.values().map(bucket_hash).collect();
    sqlx::query(
        "INSERT INTO stream_bucket (bucket, hash) SELECT * FROM unnest($1::integer[], $2::bytea[])
         ON CONFLICT (bucket) DO UPDATE SET hash = excluded.hash WHERE stream_bucket.hash <> excluded.hash",
    )
    .bind(full.keys().map(|bucket| *bucket as i32).collect::<Vec<_>>())
    .bind(hashes.iter().map(|hash| hash.0.as_slice()).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}
