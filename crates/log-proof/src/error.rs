//! Why a proof does not hold.

use crate::note::NoteError;

/// Why a proof does not hold.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A checkpoint in it is not as it must be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It does not prove what it says.
    #[error("the proof does not hold: {0}")]
    Flawed(String),
}
