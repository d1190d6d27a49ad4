//! What time alone brings about, for accounts, organizations and projects.
//!
//! A timer wakes a worker ([`domain::timer`]); the aggregate itself says what is to be done now, and by when it was.
//! Each task ends in an event, which clears its timer. A task that is done twice finds nothing to do the second time,
//! and one whose worker died is found again by the sweep, however long everything was down.

mod account;
mod erase;
mod organization;
mod project;

use cqrs_es::Aggregate as _;
use domain::account::Account;
use domain::organization::Organization;
use domain::project::Project;
use event_store::erasure::ErasureError;
use event_store::failpoint;
use event_store::{CommitError, ExecuteError, StoreError};
use uuid::Uuid;

use crate::sources::SourceError;
use crate::workbench::WorkerContext;

/// Why a task could not be done. It is tried again later, whatever it was.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An erasure could not be written to the ledger.
    #[error(transparent)]
    Ledger(#[from] ErasureError),
    /// A source of data could not do its part.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The aggregate refused, or others were faster again and again.
    #[error("a task was refused: {0}")]
    Refused(String),
}

impl<E: std::error::Error> From<ExecuteError<E>> for TaskError {
    fn from(error: ExecuteError<E>) -> Self {
        match error {
            ExecuteError::Store(error) => Self::Store(error),
            error => Self::Refused(error.to_string()),
        }
    }
}

impl From<CommitError<TaskError>> for TaskError {
    fn from(error: CommitError<TaskError>) -> Self {
        match error {
            CommitError::Work(error) => error,
            CommitError::Store(error) => Self::Store(error),
            CommitError::Taken { .. }
            | CommitError::KeyDestroyed
            | CommitError::AlreadyUsed
            | CommitError::ProofOver
            | CommitError::Contended => Self::Refused("what it rests on has changed meanwhile".to_owned()),
        }
    }
}

/// Does what is due now for an aggregate.
///
/// # Errors
/// When a task could not be done; those before it are.
pub async fn run_due(bench: &WorkerContext, aggregate_type: &str, id: &str) -> Result<(), TaskError> {
    failpoint::reach("task: begun", aggregate_type);
    match aggregate_type {
        Account::TYPE => account::attend(bench, id).await?,
        Organization::TYPE => organization::attend(bench, id).await?,
        Project::TYPE => project::attend(bench, id).await?,
        other => {
            tracing::warn!(aggregate_type = other, "unknown kind of timer task");
        }
    }
    failpoint::reach("task: done", aggregate_type);
    Ok(())
}

/// An id that is the same each time it is made of the same words: so that what is done twice is done once.
fn derived(words: &str) -> Uuid {
    use sha2::{Digest, Sha256};
    let digest: [u8; 32] = Sha256::digest(words).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8: made of what is ours to choose (RFC 9562, section 5.8).
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
