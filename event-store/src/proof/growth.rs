//! The caches brought up to the log, in batches, each a transaction: tiles and heads, and beside them which streams
//! concern whom. Everything is read and hashed first, and a transaction only writes.

use std::collections::BTreeSet;

use sqlx::{Connection, PgConnection, Row};

use super::bucket_pages::Changed;
use super::buckets::{self, Of};
use super::error::ProofError;
use super::heads::{self, Moved};
use super::subject_streams;
use super::tiles::{TileWriter, TreeReader};
use log_proof::Checkpoint;
use log_proof::hash::Hash;
use log_proof::merkle::Frontier;
use log_proof::stream_tree::{self, Buckets, StreamHead};

/// Events added in one transaction.
const BATCH: i64 = 4_000;

/// How far the caches have come in a round.
pub(super) struct CacheProgress {
    pub(super) frontier: Frontier,
    /// Streams that went on.
    streams: Changed,
    /// Accounts that more streams concern.
    subjects: Changed,
}

/// The hashes of all buckets.
#[derive(Clone)]
pub(super) struct Forest {
    pub(super) streams: Buckets,
    pub(super) subjects: Buckets,
}

impl Forest {
    pub(super) fn empty() -> Self {
        Self { streams: Of::Streams.none(), subjects: Of::Subjects.none() }
    }

    pub(super) async fn stored(db: &mut PgConnection) -> Result<Self, ProofError> {
        let streams = buckets::stored(db, Of::Streams).await?;
        Ok(Self { streams, subjects: buckets::stored(db, Of::Subjects).await? })
    }

    /// Hashes anew what changed.
    pub(super) async fn hash(
        &mut self,
        db: &mut PgConnection,
        growth: &CacheProgress,
    ) -> Result<(), ProofError> {
        buckets::hash(db, Of::Streams, &growth.streams, &mut self.streams).await?;
        buckets::hash(db, Of::Subjects, &growth.subjects, &mut self.subjects).await
    }

    /// Stores what is not as it was `before`.
    pub(super) async fn write(&self, db: &mut PgConnection, before: &Self) -> Result<(), ProofError> {
        buckets::write(db, Of::Streams, &before.streams, &self.streams).await?;
        buckets::write(db, Of::Subjects, &before.subjects, &self.subjects).await
    }

    /// Whether it is what `stated` says.
    pub(super) fn is_of(&self, stated: &Checkpoint) -> bool {
        self.streams.root() == stated.streams
            && stated.subjects.is_none_or(|subjects| subjects == self.subjects.root())
    }
}

impl CacheProgress {
    /// Brings the caches up to position `size`. What the buckets are hashed anew from is told by `last`, which was
    /// signed last: where the stored buckets are not those it states, all of them are.
    pub(super) async fn up_to(
        db: &mut PgConnection,
        size: i64,
        last: Option<&Checkpoint>,
        stored: &Forest,
    ) -> Result<Self, ProofError> {
        let signed = last.map_or(0, |last| last.size.cast_signed());
        let (mut made, subjects) = (tree_size(db).await?, subject_streams::made(db).await?);
        let streams = made == signed && last.is_none_or(|last| last.streams == stored.streams.root());
        let named =
            subjects == signed && last.is_none_or(|last| last.subjects == Some(stored.subjects.root()));
        let mut growth = Self {
            frontier: TreeReader::new(db).frontier(made.cast_unsigned()).await?,
            streams: streams.then(BTreeSet::new),
            subjects: named.then(BTreeSet::new),
        };
        while made < size {
            made = add_batch(db, &mut growth, made, size).await?;
        }
        subject_streams::grow(db, &mut growth.subjects, size).await?;
        Ok(growth)
    }
}

/// Nothing of a rebuild that died shall be in the way of a cache that is made from the beginning.
pub(super) async fn forget_unmade(db: &mut PgConnection) -> Result<(), ProofError> {
    if tree_size(db).await? == 0 {
        sqlx::query("DELETE FROM log_tile").execute(&mut *db).await?;
        buckets::forget(db, Of::Streams).await?;
    }
    if subject_streams::made(db).await? == 0 {
        buckets::forget(db, Of::Subjects).await?;
    }
    Ok(())
}

/// The position up to which the caches are made.
pub(super) async fn tree_size(db: &mut PgConnection) -> Result<i64, ProofError> {
    Ok(sqlx::query_scalar("SELECT size FROM log_tree").fetch_one(db).await?)
}

const FETCH: &str = "
SELECT l.position, l.leaf, e.aggregate_type, e.aggregate_id, e.sequence
FROM log l JOIN events e USING (era, xid, ord)
WHERE l.position > $1 AND l.position <= $2 ORDER BY l.position";

async fn add_batch(
    db: &mut PgConnection,
    growth: &mut CacheProgress,
    made: i64,
    size: i64,
) -> Result<i64, ProofError> {
    let until = size.min(made + BATCH);
    let rows = sqlx::query(FETCH).bind(made).bind(until).fetch_all(&mut *db).await?;
    let mut tiles = TileWriter::default();
    let mut moved = Vec::with_capacity(rows.len());
    for (row, position) in rows.iter().zip(made + 1..) {
        let leaf = Hash::from_slice(row.try_get("leaf")?);
        let leaf = leaf.filter(|_| row.get::<i64, _>("position") == position);
        let leaf = leaf.ok_or_else(|| ProofError::Broken(format!("position {position} is missing")))?;
        growth.frontier.push(leaf, |part, root| tiles.completed(part, root));
        let key = stream_tree::key(row.try_get("aggregate_type")?, row.try_get("aggregate_id")?);
        moved.push(Moved { key, sequence: row.try_get("sequence")?, leaf, position });
    }
    if growth.frontier.size() != until.cast_unsigned() {
        let missing = growth.frontier.size() + 1;
        return Err(ProofError::Broken(format!("position {missing} of the log or its event is missing")));
    }
    let heads = heads::advanced(db, &moved).await?;
    if let Some(changed) = &mut growth.streams {
        changed.extend(heads.iter().map(|head| stream_tree::bucket_of(&head.key)));
    }
    write_batch(db, tiles, &heads, until).await?;
    Ok(until)
}

/// Writes what a batch led to, all or nothing.
async fn write_batch(
    db: &mut PgConnection,
    tiles: TileWriter,
    heads: &[StreamHead],
    until: i64,
) -> Result<(), ProofError> {
    let mut transaction = db.begin().await?;
    tiles.write(&mut transaction).await?;
    heads::write(&mut transaction, heads).await?;
    sqlx::query("UPDATE log_tree SET size = $1").bind(until).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}
