//! Errors of the work on a privacy request.

use domain::law::LawId;
use domain::privacy_request::PrivacyRequestError;
use event_store::erasure::ErasureError;
use event_store::{ExecuteError, StoreError};
use sealed_objects::ObjectError;

use super::archive;
use super::request_objects::{DestroyError, RestartError};

/// An error of a job, which is tried again later whatever it was.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// An erasure could not be written to the ledger.
    #[error(transparent)]
    Ledger(ErasureError),
    /// The archive could not be built.
    #[error("the archive could not be built")]
    Archive(#[from] archive::Error),
    /// What was done does not fit the request any more: it has moved on.
    #[error("the request has moved on: {0}")]
    Refused(PrivacyRequestError),
    /// A key that the work rests on was destroyed: the data was erased meanwhile.
    #[error("the data was erased meanwhile")]
    Erased,
    /// The table of laws lost the one that the request was made under, or its version.
    #[error("the table of laws has no {0} as it was when the request was received: give its row back")]
    UnknownLaw(LawId),
    /// Too many at once.
    #[error("too many commands for one aggregate at once")]
    Contended,
    /// A step was done and the request stands where it stood: going on would loop.
    #[error("step {0} changed nothing")]
    NoProgress(String),
    /// The worker is stopping, or has lost the lease on the step.
    #[error("the step was interrupted")]
    Interrupted,
}

impl From<ErasureError> for JobError {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::Store(error) => Self::Store(error),
            error => Self::Ledger(error),
        }
    }
}

impl From<ExecuteError<PrivacyRequestError>> for JobError {
    fn from(error: ExecuteError<PrivacyRequestError>) -> Self {
        match error {
            ExecuteError::Refused(refusal) => Self::Refused(refusal),
            ExecuteError::KeyDestroyed => Self::Erased,
            ExecuteError::Contended
            | ExecuteError::Taken { .. }
            | ExecuteError::AlreadyUsed
            | ExecuteError::ProofOver => Self::Contended,
            ExecuteError::Store(error) => Self::Store(error),
        }
    }
}

impl From<DestroyError> for JobError {
    fn from(error: DestroyError) -> Self {
        match error {
            DestroyError::Erasure(error) => error.into(),
            DestroyError::Object(error) => Self::Object(error),
        }
    }
}

impl From<RestartError> for JobError {
    fn from(error: RestartError) -> Self {
        match error {
            RestartError::Destroy(error) => error.into(),
            RestartError::Store(error) => Self::Store(error),
            RestartError::Command(error) => error.into(),
        }
    }
}
