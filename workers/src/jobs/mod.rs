//! The job of all workers: *advance request X*.

mod advance;
mod attempt;
mod consumer;
mod unaided;

use std::convert::Infallible;
use std::time::Duration;

pub use advance::{Advanced, advance};
pub use consumer::Consumer;
pub use unaided::Unaided;

use domain::privacy_request::PrivacyRequestError;
use event_store::erasure::ErasureError;
use event_store::{ExecuteError, StoreError};
use sealed_objects::ObjectError;
use tokio_util::sync::CancellationToken;

use crate::archive;

/// How long a job that is under way may go on after the worker was told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Has what is under way give up some time after `stop`, in good order.
async fn until_grace(stop: &CancellationToken, give_up: &CancellationToken) -> Infallible {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
    give_up.cancel();
    std::future::pending().await
}

/// Why a job did not come to its end. It is tried again later, whatever it was.
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
