//! The signer: brings tiles, heads and the streams of accounts up to the log, and signs what they come to.
//!
//! A round takes the log as it stands. In batches, each a transaction, it adds the new leaves to the tiles
//! and moves the heads of their streams on; in others it adds which streams concern whom; and then it signs
//! the roots. It signs nothing that does not go on from what it is bound by ([`super::signed_state`]).
//! Another process that would do a round at the same time waits: a lock lives with the connection. A crash
//! between two batches loses nothing; the next round goes on after the last one. A crash before the note is
//! stored leaves buckets that may be old: then all of them are hashed again.
//!
//! The order of all events waits for the oldest transaction that has written anything. So everything is
//! read and hashed first, and a transaction only writes.

use std::sync::{Mutex, PoisonError};

use chrono::SubsecRound;
use sqlx::PgConnection;

use super::error::ProofError;
use super::growth::{self, CacheProgress, Forest};
use super::notes;
use crate::log::newest_position;
use crate::postgres::leader::lock_number;
use domain::Services;
use log_proof::Checkpoint;
use log_proof::SigningKey;
use log_proof::hash::Hash;
use sealed_objects::SealedObjectStore;

/// See the module.
pub struct CheckpointSigner {
    pub(super) key: SigningKey,
    pub(super) objects: SealedObjectStore,
    services: Services,
    /// What it signed last: an attacker cannot take that from it.
    pub(super) signed: Mutex<Option<Checkpoint>>,
}

impl CheckpointSigner {
    /// A signer that signs with `key` and publishes to `objects`.
    pub fn new(key: SigningKey, objects: SealedObjectStore, services: Services) -> Self {
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
        growth::forget_unmade(db).await?;
        let stored = Forest::stored(db).await?;
        let growth = CacheProgress::up_to(db, size, last, &stored).await?;
        bound.hold(db).await?;
        let mut forest = stored.clone();
        forest.hash(db, &growth).await?;
        let checkpoint = Checkpoint {
            origin: self.key.public().name().to_owned(),
            size: growth.frontier.size(),
            root: growth.frontier.root(),
            streams: forest.streams.root(),
            chain: chain_at(db, size).await?,
            // A note has whole seconds.
            time: self.services.now().trunc_subsecs(0),
            subjects: Some(forest.subjects.root()),
        };
        forest.write(db, &stored).await?;
        notes::insert(db, checkpoint.size, &checkpoint.sign(&self.key)).await?;
        *self.signed.lock().unwrap_or_else(PoisonError::into_inner) = Some(checkpoint.clone());
        Ok(Some(checkpoint))
    }

    async fn rebuild_locked(&self, db: &mut PgConnection) -> Result<(), ProofError> {
        let bound = self.bound_by(db).await?;
        // From here on a round finds that nothing is made, and makes all of it, should this one die.
        sqlx::query("UPDATE log_tree SET size = 0, subjects = 0").execute(&mut *db).await?;
        growth::forget_unmade(db).await?;
        let Some(last) = bound.last() else { return Ok(()) };
        let empty = Forest::empty();
        let growth = CacheProgress::up_to(db, last.size.cast_signed(), None, &empty).await?;
        let mut forest = empty.clone();
        forest.hash(db, &growth).await?;
        forest.write(db, &empty).await?;
        if growth.frontier.root() == last.root && forest.is_of(last) {
            return bound.hold(db).await;
        }
        Err(ProofError::Broken(format!("the first {} events are not those that were signed", last.size)))
    }
}

/// One signer at a time, whatever process it is in.
async fn lock(db: &mut PgConnection) -> Result<(), ProofError> {
    sqlx::query("SELECT pg_advisory_lock($1)").bind(lock_number("log-tree")).execute(db).await?;
    Ok(())
}

async fn unlock(db: &mut PgConnection) {
    // Where this fails the connection is dead, and the lock with it.
    let _ = sqlx::query("SELECT pg_advisory_unlock($1)").bind(lock_number("log-tree")).execute(db).await;
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
