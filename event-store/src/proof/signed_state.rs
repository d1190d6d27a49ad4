//! What a signer is bound by: what was stated before, which all that is signed must go on from.
//!
//! The table alone does not tell that: an attacker who can write to the database can put any note there, or
//! none. So a note in the name of this log counts only with its signature; and where the newest of them is not the
//! very one that this signer signed last, the object store is asked as well, which the database's
//! administrator does not reach. Nothing is written here, and all of it is asked for anew in each round.
//!
//! A note in another name is by the key before, after a change of keys. Its signature cannot be checked
//! here, so it can only bind further and never takes the place of one in the own name.

use std::sync::PoisonError;

use sqlx::PgConnection;

use super::error::ProofError;
use super::notes;
use super::signer::CheckpointSigner;
use super::tiles::TreeReader;
use log_proof::Checkpoint;

/// Published notes that are looked at, the newest first, to find one in the own name.
const LOOKED_AT: usize = 100;

/// See the module.
pub(super) struct Bound(Vec<Checkpoint>);

impl Bound {
    /// What states most.
    pub(super) fn last(&self) -> Option<&Checkpoint> {
        self.0.iter().max_by_key(|stated| stated.size)
    }

    /// Makes sure that the tree, which covers all of it, is the one that was stated.
    pub(super) async fn hold(&self, db: &mut PgConnection) -> Result<(), ProofError> {
        for Checkpoint { size, root, .. } in &self.0 {
            if TreeReader::new(db).frontier(*size).await?.root() != *root {
                let what = format!("the first {size} events are not those that were signed");
                return Err(ProofError::Broken(what));
            }
        }
        Ok(())
    }
}

impl CheckpointSigner {
    /// What was signed last, as far as this signer knows, the table holds it, or the object store.
    pub(super) async fn bound_by(&self, db: &mut PgConnection) -> Result<Bound, ProofError> {
        let remembered = self.signed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let stored = match notes::newest(db).await? {
            Some(note) => Some(self.read_note(&note, "the newest note in `checkpoint_note`")?),
            None => None,
        };
        if stored.is_some() && stored == remembered {
            return Ok(Bound(stored.into_iter().collect()));
        }
        let own = stored.as_ref().filter(|stated| self.is_own(stated));
        let mut bound = self.published(own.map_or(0, |own| own.size)).await?;
        bound.extend(remembered);
        bound.extend(stored);
        Ok(Bound(bound))
    }

    /// The newest published notes about logs of at least `size` events: in the own name, and in any.
    async fn published(&self, size: u64) -> Result<Vec<Checkpoint>, ProofError> {
        let mut found: Vec<Checkpoint> = Vec::new();
        for path in notes::published_from(&self.objects, size).await?.iter().take(LOOKED_AT) {
            let note = self.objects.get_plain(path).await?;
            // What is no checkpoint at all does not bind the signer; the verifier names it.
            if Checkpoint::read(&note).is_err() {
                continue;
            }
            let stated = self.read_note(&note, path)?;
            let own = self.is_own(&stated);
            if own || found.is_empty() {
                found.push(stated);
            }
            if own {
                break;
            }
        }
        Ok(found)
    }

    fn is_own(&self, stated: &Checkpoint) -> bool {
        stated.origin == self.key.public().name()
    }

    fn read_note(&self, note: &str, what: &str) -> Result<Checkpoint, ProofError> {
        let error = match Checkpoint::open(note, std::slice::from_ref(self.key.public())) {
            Ok(stated) => return Ok(stated),
            Err(error) => error,
        };
        match Checkpoint::read(note) {
            Ok(stated) if !self.is_own(&stated) => Ok(stated),
            _ => Err(ProofError::Broken(format!("nothing is signed any more: {what} was changed: {error}"))),
        }
    }
}
