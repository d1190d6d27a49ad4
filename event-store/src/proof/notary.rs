//! The notary: brings tiles and heads up to the log, and signs what they come to.
//!
//! A round takes the log as it stands. In batches, each a transaction, it adds the new leaves to the tiles
//! and moves the heads of their streams on, and then signs the roots. It signs nothing that does not go on
//! from what it is bound by ([`super::bound`]). Whoever else would do a round at the same time waits: a lock
//! lives with the connection. A crash between two batches loses nothing; the next round goes on after the
//! last one. A crash before the note is stored leaves buckets that may be old: then all of them are hashed
//! again.
//!
//! The order of all events waits for the oldest transaction that has written anything. So everything is
//! read and hashed first, and a transaction only writes.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use chrono::SubsecRound;
use sqlx::{Connection, PgConnection, Row};

use super::checkpoint::Checkpoint;
use super::error::ProofError;
use super::hash::Hash;
use super::heads::{self, Moved};
use super::note::SigningKey;
use super::notes;
use super::streams::{self, Buckets, StreamHead};
use super::tiles::{TileWriter, TreeReader};
use super::tree::Frontier;
use crate::leader::lock_number;
use crate::log::newest_position;
use crate::object::ObjectVault;
use domain::Services;

/// Events added in one transaction.
const BATCH: i64 = 4_000;

/// See the module.
pub struct Notary {
    pub(super) key: SigningKey,
    pub(super) objects: ObjectVault,
    services: Services,
    /// What it signed last: nobody can take that from it.
    pub(super) signed: Mutex<Option<Checkpoint>>,
}

/// How far the caches have come in a round.
struct Growth {
    frontier: Frontier,
    /// The buckets that changed, unless that is not known.
    changed: Option<BTreeSet<usize>>,
}

impl Notary {
    /// A notary that signs with `key` and publishes to `objects`.
    pub fn new(key: SigningKey, objects: ObjectVault, services: Services) -> Self {
        Self { key, objects, services, signed: Mutex::default() }
    }

    /// Signs a checkpoint if the log has grown since the last one, and publishes what is not published yet.
    /// Returns the new checkpoint, if there is one.
    ///
    /// # Errors
    /// When the store or the object store fails, or the log is not the one that was signed before.
    pub async fn sign_newest(&self, db: &mut PgConnection) -> Result<Option<Checkpoint>, ProofError> {
        lock(db).await?;
        let signed = self.sign_locked(db).await;
        unlock(db).await;
        signed
    }

    /// Makes the caches anew from the log, and compares them with what was signed last.
    ///
    /// # Errors
    /// When the store fails, or the log is not the one that was signed.
    pub async fn rebuild(&self, db: &mut PgConnection) -> Result<(), ProofError> {
        lock(db).await?;
        let rebuilt = self.rebuild_locked(db).await;
        unlock(db).await;
        rebuilt
    }

    async fn sign_locked(&self, db: &mut PgConnection) -> Result<Option<Checkpoint>, ProofError> {
        let signed = self.sign_unless_old(db).await?;
        notes::publish(db, &self.objects, self.services.now()).await?;
        Ok(signed)
    }

    async fn sign_unless_old(&self, db: &mut PgConnection) -> Result<Option<Checkpoint>, ProofError> {
        let bound = self.bound_by(db).await?;
        let (last, size) = (bound.last(), newest_position(&mut *db).await?);
        let signed = last.map_or(0, |last| last.size);
        if size.cast_unsigned() < signed {
            return Err(ProofError::Broken(format!(
                "the log ends at position {size}, but a checkpoint of {signed} events was signed: after a restore, put \
                 on record what was lost and move the notes about more than {size} events out of `checkpoints/`"
            )));
        }
        if size.cast_unsigned() == signed {
            return Ok(None);
        }
        let made = tree_size(db).await?;
        if made == 0 {
            // Nothing of a rebuild that died shall be in the way.
            heads::forget(db).await?;
        }
        let stored = heads::buckets(db).await?;
        let unmoved = made.cast_unsigned() == signed && last.is_none_or(|last| last.streams == stored.root());
        let growth = grow(db, unmoved, size).await?;
        bound.hold(db).await?;
        let mut buckets = stored.clone();
        heads::hash_buckets(db, growth.changed.as_ref(), &mut buckets).await?;
        let checkpoint = Checkpoint {
            origin: self.key.public().name().to_owned(),
            size: growth.frontier.size(),
            root: growth.frontier.root(),
            streams: buckets.root(),
            chain: chain_at(db, size).await?,
            // A note has whole seconds.
            time: self.services.now().trunc_subsecs(0),
        };
        heads::write_buckets(db, &stored, &buckets).await?;
        notes::insert(db, checkpoint.size, &checkpoint.sign(&self.key)).await?;
        *self.signed.lock().unwrap_or_else(PoisonError::into_inner) = Some(checkpoint.clone());
        Ok(Some(checkpoint))
    }

    async fn rebuild_locked(&self, db: &mut PgConnection) -> Result<(), ProofError> {
        let bound = self.bound_by(db).await?;
        // From here on a round finds that nothing is made, and makes all of it, should this one die.
        sqlx::query("UPDATE log_tree SET size = 0").execute(&mut *db).await?;
        heads::forget(db).await?;
        let Some(last) = bound.last() else { return Ok(()) };
        let growth = grow(db, true, last.size.cast_signed()).await?;
        let mut buckets = Buckets::empty();
        heads::hash_buckets(db, growth.changed.as_ref(), &mut buckets).await?;
        heads::write_buckets(db, &Buckets::empty(), &buckets).await?;
        if growth.frontier.root() == last.root && buckets.root() == last.streams {
            return bound.hold(db).await;
        }
        Err(ProofError::Broken(format!("the first {} events are not those that were signed", last.size)))
    }
}

/// One notary at a time, whatever process it is in.
async fn lock(db: &mut PgConnection) -> Result<(), ProofError> {
    sqlx::query("SELECT pg_advisory_lock($1)").bind(lock_number("log-tree")).execute(db).await?;
    Ok(())
}

async fn unlock(db: &mut PgConnection) {
    // Where this fails the connection is dead, and the lock with it.
    let _ = sqlx::query("SELECT pg_advisory_unlock($1)").bind(lock_number("log-tree")).execute(db).await;
}

/// The position up to which the caches are made.
pub(super) async fn tree_size(db: &mut PgConnection) -> Result<i64, ProofError> {
    Ok(sqlx::query_scalar("SELECT size FROM log_tree").fetch_one(db).await?)
}

/// The hash chain's link at a position.
pub(super) async fn chain_at(db: &mut PgConnection, position: i64) -> Result<Hash, ProofError> {
    let link: Option<Vec<u8>> = sqlx::query_scalar("SELECT chain FROM log WHERE position = $1")
        .bind(position)
        .fetch_optional(db)
        .await?;
    link.as_deref()
        .and_then(Hash::from_slice)
        .ok_or_else(|| ProofError::Broken(format!("position {position} of the log is missing")))
}

/// Brings the caches up to position `size`; `unmoved` says that the stored buckets are those of the heads.
async fn grow(db: &mut PgConnection, unmoved: bool, size: i64) -> Result<Growth, ProofError> {
    let mut made = tree_size(db).await?;
    let frontier = TreeReader::new(db).frontier(made.cast_unsigned()).await?;
    let mut growth = Growth { frontier, changed: unmoved.then(BTreeSet::new) };
    while made < size {
        made = add_batch(db, &mut growth, made, size).await?;
    }
    Ok(growth)
}

const FETCH: &str = "
SELECT l.position, l.leaf, e.aggregate_type, e.aggregate_id, e.sequence
FROM log l JOIN events e USING (era, xid, ord)
WHERE l.position > $1 AND l.position <= $2 ORDER BY l.position";

async fn add_batch(
    db: &mut PgConnection,
    growth: &mut Growth,
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
        let key = streams::key(row.try_get("aggregate_type")?, row.try_get("aggregate_id")?);
        moved.push(Moved { key, sequence: row.try_get("sequence")?, leaf, position });
    }
    if growth.frontier.size() != until.cast_unsigned() {
        let missing = growth.frontier.size() + 1;
        return Err(ProofError::Broken(format!("position {missing} of the log or its event is missing")));
    }
    let heads = heads::advanced(db, &moved).await?;
    if let Some(changed) = &mut growth.changed {
        changed.extend(heads.iter().map(|head| streams::bucket_of(&head.key)));
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
