//! What can go wrong with proofs.

use log_proof::NoteError;

use crate::error::StoreError;
use sealed_objects::ObjectError;

/// Why something cannot be proved, verified or signed.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store, to which checkpoints are written, failed.
    #[error("the checkpoints in the object store cannot be used")]
    Object(#[from] ObjectError),
    /// A checkpoint or a key is not as it must be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// What tiles and heads say does not follow from the log, or no longer.
    #[error(
        "{0}; run `audit verify`, and where it finds nothing but this, `audit checkpoint --rebuild` makes the \
         caches anew"
    )]
    Broken(String),
    /// What was asked for is not there.
    #[error("{0}")]
    Absent(String),
    /// What follows from the log is ahead of the newest checkpoint.
    #[error("a checkpoint is being made at this moment: try again")]
    BeingMade,
    /// The work was given up because the program ends.
    #[error("the verification was given up")]
    GivenUp,
}

impl From<sqlx::Error> for ProofError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
