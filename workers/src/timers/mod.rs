//! Timers: what time alone brings about for accounts, organizations and projects.
//!
//! A timer wakes a worker ([`domain::timer`]); the aggregate itself says what is to be done now, and by when it was.
//! Each task ends in an event, which clears its timer. A task that is done twice finds nothing to do the second time,
//! and one whose worker died is found again by the sweep, however long everything was down.

mod account;
mod erase_account;
mod organization;
mod project;

use cqrs_es::Aggregate as _;
use domain::AccountId;
use domain::account::{Account, AccountCommand, AccountError};
use domain::organization::{Organization, OrganizationError};
use domain::privacy_request::PrivacyRequestError;
use domain::project::{Project, ProjectError};
use event_store::erasure::ErasureError;
use event_store::failpoint;
use event_store::{CommandContext, CommitExtras, ExecuteError, StoreError};
use uuid::Uuid;

use crate::privacy_requests::WorkerContext;
use crate::privacy_requests::sources::SourceError;

/// An error of a timer task, which is tried again later whatever it was.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An erasure could not be written to the ledger.
    #[error(transparent)]
    Ledger(#[from] ErasureError),
    /// A source of data could not do its part.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The account refused.
    #[error("a task was refused: {0}")]
    Account(#[from] AccountError),
    /// The organization refused.
    #[error("a task was refused: {0}")]
    Organization(#[from] OrganizationError),
    /// The project refused.
    #[error("a task was refused: {0}")]
    Project(#[from] ProjectError),
    /// The privacy request refused.
    #[error("a task was refused: {0}")]
    PrivacyRequest(#[from] PrivacyRequestError),
    /// Other commands were faster again and again, or changed what the task rests on.
    #[error("what the task rests on has changed meanwhile")]
    Outrun,
}

impl<E: Into<TimerError>> From<ExecuteError<E>> for TimerError {
    fn from(error: ExecuteError<E>) -> Self {
        match error {
            ExecuteError::Refused(error) => error.into(),
            ExecuteError::Store(error) => Self::Store(error),
            ExecuteError::Taken { .. }
            | ExecuteError::KeyDestroyed
            | ExecuteError::AlreadyUsed
            | ExecuteError::ProofOver
            | ExecuteError::Contended => Self::Outrun,
        }
    }
}

/// Runs the tasks that are due now for an aggregate.
///
/// # Errors
/// When a task failed; those before it are done.
pub async fn run_due(ctx: &WorkerContext, aggregate_type: &str, id: &str) -> Result<(), TimerError> {
    failpoint::reach("task: begun", aggregate_type);
    match aggregate_type {
        Account::TYPE => account::run_due(ctx, id).await?,
        Organization::TYPE => organization::run_due(ctx, id).await?,
        Project::TYPE => project::run_due(ctx, id).await?,
        other => {
            tracing::warn!(aggregate_type = other, "unknown kind of timer task");
        }
    }
    failpoint::reach("task: done", aggregate_type);
    Ok(())
}

/// Executes a command of an account, on behalf of the account itself.
async fn record(
    ctx: &WorkerContext,
    account: AccountId,
    command: AccountCommand,
    extras: CommitExtras,
) -> Result<(), TimerError> {
    let context = CommandContext::service(account.uuid());
    ctx.store.execute::<Account>(&account.to_string(), command, &context, extras).await?;
    Ok(())
}

/// An id derived from words, the same each time: so that a task that runs twice takes effect once.
fn derived_id(words: &str) -> Uuid {
    use sha2::{Digest, Sha256};
    let digest: [u8; 32] = Sha256::digest(words).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8: made of what is ours to choose (RFC 9562, section 5.8).
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
