//! Up to where the log was verified last, as the checkpoint that it was found to agree with: a note below `verified/` in
//! the object store, where the database's administrator does not reach. It is signed, so an attacker who does reach
//! it can only put an older one in its place, and then more is verified than has to be.
//!
//! When that was is kept beside it, below `verifications/`, for those who ask how the log stands: nothing rests on it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::error::ProofError;
use super::notes;
use log_proof::Checkpoint;
use log_proof::VerifierKey;
use sealed_objects::{ObjectError, SealedObjectStore};

/// Where it lies in the object store.
const FOLDER: &str = "verified";

/// How much is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What came since the last time that all was well; all of it, if there was none.
    Since,
    /// All of it.
    Whole,
}

/// A verification that found all to be well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// When it ended.
    pub verified_at: DateTime<Utc>,
    /// How many events the log had in the checkpoint that it was held to.
    pub up_to: u64,
}

impl Extent {
    /// Where the last verification of this extent that passed is told.
    fn path(self) -> &'static str {
        match self {
            Self::Since => "verifications/since.json",
            Self::Whole => "verifications/whole.json",
        }
    }
}

/// Keeps that a verification of this extent passed, in place of the one before.
///
/// # Errors
/// When the object store fails.
pub async fn keep_passed(
    objects: &SealedObjectStore,
    extent: Extent,
    passed: Passed,
) -> Result<(), ObjectError> {
    let text = serde_json::json!(passed).to_string();
    objects.put_plain(extent.path(), text).await
}

/// The last verification of this extent that passed; none where there was none, or what is kept of it cannot be read.
///
/// # Errors
/// When the object store fails.
pub async fn last_passed(objects: &SealedObjectStore, extent: Extent) -> Result<Option<Passed>, ObjectError> {
    let Some(kept) = objects.fetch_small(extent.path()).await? else { return Ok(None) };
    Ok(serde_json::from_slice(&kept).ok())
}

/// The newest checkpoint up to which the log was verified, if there is one. A note that none of `keys` signed counts for
/// nothing.
///
/// # Errors
/// When the object store fails.
pub async fn last(
    objects: &SealedObjectStore,
    keys: &[VerifierKey],
) -> Result<Option<Checkpoint>, ProofError> {
    let mut newest: Option<Checkpoint> = None;
    for path in objects.list(FOLDER).await? {
        match Checkpoint::open(&objects.get_plain(&path).await?, keys) {
            Ok(stated) if newest.as_ref().is_none_or(|newest| newest.size < stated.size) => {
                newest = Some(stated);
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(
                    path,
                    error = &error as &dyn std::error::Error,
                    "the stored verification result is invalid and ignored"
                );
            }
        }
    }
    Ok(newest)
}

/// Keeps that the log was verified up to `verified`, in place of what was kept before. Where the note is gone
/// meanwhile, nothing is kept.
///
/// # Errors
/// When a store fails.
pub async fn keep(
    db: &mut PgConnection,
    objects: &SealedObjectStore,
    verified: &Checkpoint,
    keys: &[VerifierKey],
) -> Result<(), ProofError> {
    let Some(note) = notes::of_size(db, verified.size).await? else { return Ok(()) };
    if Checkpoint::open(&note, keys).ok().as_ref() != Some(verified) {
        return Ok(());
    }
    let path = notes::path_below(FOLDER, verified.size.cast_signed(), &note);
    let before = objects.list(FOLDER).await?;
    objects.put_plain(&path, note).await?;
    for old in before.iter().filter(|old| **old != path) {
        objects.remove_all(old).await?;
    }
    Ok(())
}
