//! The steps of a request, one file each: what is done for an [`Intent`], and how it is recorded.
//!
//! A step may be taken again after a crash in its middle; it then begins anew. What it records goes
//! through the aggregate, which accepts a repeat as no change and refuses what no longer fits.

mod collect;
mod erase;
mod notify;
mod package;
mod progress;
mod remove;

use domain::privacy_request::{ArchiveEnd, Intent, Kind, PrivacyRequest, PrivacyRequestCommand, Request};
use event_store::{CommandContext, CommitExtras};

use super::context::WorkerContext;
use super::error::JobError;
use super::request_objects;

/// Takes one step of a request and records it.
///
/// # Errors
/// When the step could not be taken; nothing of it is recorded then.
pub async fn run(bench: &WorkerContext, request: &Request, intent: &Intent) -> Result<(), JobError> {
    match intent {
        Intent::Notify(notice) => notify::queue(bench, request, *notice).await,
        Intent::Start => start(bench, request).await,
        Intent::Collect(source) => collect::collect(bench, request, source).await,
        Intent::Erase(source) => erase::erase(bench, request, source).await,
        Intent::Package => package::package(bench, request).await,
        Intent::Complete => record(bench, request, PrivacyRequestCommand::Complete).await,
        Intent::RemoveParts => remove::parts(bench, request).await,
        Intent::ExpireArchive => {
            record(bench, request, PrivacyRequestCommand::EndArchive { reason: ArchiveEnd::Expired }).await
        }
        Intent::RemoveObjects => remove::everything(bench, request).await,
    }
}

/// An export gets its key with the event. Nothing is stored for an erasure, so it gets none.
async fn start(bench: &WorkerContext, request: &Request) -> Result<(), JobError> {
    let extras = match request.kind {
        Kind::Export => request_objects::with_new_key(&bench.store, request.request_id).await?,
        Kind::Erasure => CommitExtras::default(),
    };
    record_with(bench, request, PrivacyRequestCommand::Start, extras).await
}

async fn record(
    bench: &WorkerContext,
    request: &Request,
    command: PrivacyRequestCommand,
) -> Result<(), JobError> {
    record_with(bench, request, command, CommitExtras::default()).await
}

async fn record_with(
    bench: &WorkerContext,
    request: &Request,
    command: PrivacyRequestCommand,
    extras: CommitExtras,
) -> Result<(), JobError> {
    let id = request.request_id;
    let context = CommandContext::service(id.uuid());
    bench.store.execute::<PrivacyRequest>(&id.to_string(), command, &context, extras).await?;
    Ok(())
}
