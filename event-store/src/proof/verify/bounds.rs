//! The bounds: how far log, caches and checkpoints went when the verification began.
//!
//! The end is checked, against the caches, the newest checkpoint and those outside the table. It suffices because the log
//! only grows: where it ends below what was made of it or signed about it, rows were removed.

use sqlx::{PgConnection, PgPool};

use super::findings::Findings;
use super::signed_checkpoints;
use crate::log::newest_position;
use crate::proof::error::ProofError;
use crate::proof::growth::tree_size;
use crate::proof::subject_streams;
use log_proof::{Checkpoint, VerifierKey};

/// What is verified, as it stood at the beginning.
pub(super) struct Bounds {
    /// The newest position.
    pub until: u64,
    /// The position up to which tiles and heads were made.
    pub tree: u64,
    /// The position up to which the streams of accounts were made.
    pub subjects: u64,
    /// The newest stored checkpoint, if one of the keys signed it.
    pub newest: Option<Checkpoint>,
}

impl Bounds {
    pub(super) async fn read(
        db: &mut PgConnection,
        keys: &[VerifierKey],
        findings: &mut Findings,
    ) -> Result<Self, ProofError> {
        // In this order: the log only grows, so it covers what was signed before.
        let newest = signed_checkpoints::newest(db, keys).await?;
        let tree = tree_size(db).await?.cast_unsigned();
        let subjects = subject_streams::made(db).await?.cast_unsigned();
        let until = newest_position(db).await?.cast_unsigned();
        let made = tree.max(subjects);
        if made > until {
            findings.at(until + 1, format!("the log ends at {until}, but its tree was made up to {made}"));
        }
        Ok(Self { until, tree, subjects, newest })
    }

    /// The checkpoint of the longest log, among `unstored` and the newest stored.
    pub(super) fn newest_of<'a>(&'a self, unstored: &'a [Checkpoint]) -> Option<&'a Checkpoint> {
        unstored.iter().chain(&self.newest).max_by_key(|signed| signed.size)
    }

    /// Compares the end of the log with the checkpoint of the longest.
    pub(super) async fn check_end(
        &self,
        pool: &PgPool,
        unstored: &[Checkpoint],
        findings: &mut Findings,
    ) -> Result<(), ProofError> {
        let Some(beyond) = self.newest_of(unstored).filter(|signed| signed.size > self.until) else {
            return Ok(());
        };
        // It may have been signed since the bounds were read.
        let until = newest_position(pool).await?.cast_unsigned();
        if beyond.size > until {
            findings.at(
                until + 1,
                format!(
                    "the log ends at {until}, but a checkpoint of {} events was signed at {}: the end was cut off",
                    beyond.size, beyond.time
                ),
            );
        }
        Ok(())
    }
}
