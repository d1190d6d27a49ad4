//! Verdicts: the first word that a command prints says what came of it, and so does the status it ends with.
//!
//! Zero is for what holds and for nothing else. What was looked at and does not hold is told apart from what could not
//! be looked at, so that neither a person nor a script takes one for the other.

use std::process::ExitCode;

/// The status of a command that looked, and found that it does not hold.
const REFUTED: u8 = 3;
/// The status of a command that looked, and found nothing signed to compare with.
const NOT_PROVED: u8 = 4;

/// A verdict that is not good news. What was found is on standard output; this goes to standard error.
#[derive(Debug, thiserror::Error)]
pub(super) enum Bad {
    /// It does not hold.
    #[error("{0}")]
    Refuted(String),
    /// There is nothing to compare with.
    #[error("{0}")]
    NotProved(String),
}

/// The status with which the program ends for an error.
pub fn status(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<Bad>() {
        Some(Bad::Refuted(_)) => ExitCode::from(REFUTED),
        Some(Bad::NotProved(_)) => ExitCode::from(NOT_PROVED),
        None => ExitCode::FAILURE,
    }
}
