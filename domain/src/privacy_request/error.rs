//! Why a privacy request refuses.

use chrono::NaiveDate;

use super::State;

/// A refusal by the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivacyRequestError {
    /// There is no such request.
    #[error("there is no such privacy request")]
    Unknown,
    /// The id is taken.
    #[error("the privacy request was received already")]
    AlreadyReceived,
    /// The wish comes too late, or too early.
    #[error("the privacy request is {}, in which state this cannot be done", .0.as_str())]
    WrongState(State),
    /// The request has no source of this name.
    #[error("the privacy request has no such data source")]
    UnknownSource,
    /// Nothing could ever answer it.
    #[error("a privacy request needs at least one data source")]
    NoSources,
    /// The table has no law of that name.
    #[error("there is no such law")]
    UnknownLaw,
    /// The law is not in force yet.
    #[error("the law is in force from {0} on")]
    LawNotInForce(NaiveDate),
    /// The law gives nobody what is asked for.
    #[error("the law does not grant what is asked for")]
    RightNotGranted,
    /// There is no archive to be had (any more).
    #[error("the archive is not available")]
    NoArchive,
}
