//! The steps of a request, one file each: what is done for an [`Intent`], and how it is recorded.
//!
//! A step may run again after a crash in its middle; it then begins anew. What it records goes
//! through the aggregate, which accepts a repeat as no change and refuses what no longer fits.

mod collect;
mod erase;
mod notify;
mod package;
mod progress;
mod remove;
mod verify;

use domain::privacy_request::{ArchiveEnd, Intent, Kind, PrivacyRequest, PrivacyRequestCommand, Request};
use event_store::{CommandContext, CommitExtras};

use super::context::WorkerContext;
use super::error::JobError;
use super::request_objects;

/// Runs one step of a request and records it.
///
/// # Errors
/// When the step failed; nothing of it is recorded then.
pub async fn run(ctx: &WorkerContext, request: &Request, intent: &Intent) -> Result<(), JobError> {
    match intent {
        Intent::Notify(notice) => notify::queue(ctx, request, *notice).await,
        Intent::Start => start(ctx, request).await,
        Intent::Collect(source) => collect::collect(ctx, request, source).await,
        Intent::Erase(source) => erase::erase(ctx, request, source).await,
        Intent::Verify { source, reading } => verify::verify(ctx, request, source, *reading).await,
        Intent::Package => package::package(ctx, request).await,
        Intent::Complete => record(ctx, request, PrivacyRequestCommand::Complete).await,
        Intent::RemoveParts => remove::parts(ctx, request).await,
        Intent::ExpireArchive => {
            record(ctx, request, PrivacyRequestCommand::EndArchive { reason: ArchiveEnd::Expired }).await
        }
        Intent::RemoveObjects => remove::everything(ctx, request).await,
    }
}

/// An export gets its key with the event. Nothing is stored for an erasure, so it gets none.
async fn start(ctx: &WorkerContext, request: &Request) -> Result<(), JobError> {
    let extras = match request.kind {
        Kind::Export => request_objects::with_new_key(&ctx.store, request.request_id).await?,
        Kind::Erasure => CommitExtras::default(),
    };
    record_with(ctx, request, PrivacyRequestCommand::Start, extras).await
}

async fn record(
    ctx: &WorkerContext,
    request: &Request,
    command: PrivacyRequestCommand,
) -> Result<(), JobError> {
    record_with(ctx, request, command, CommitExtras::default()).await
}

async fn record_with(
    ctx: &WorkerContext,
    request: &Request,
    command: PrivacyRequestCommand,
    extras: CommitExtras,
) -> Result<(), JobError> {
    let id = request.request_id;
    let context = CommandContext::service(id.uuid());
    ctx.store.execute::<PrivacyRequest>(&id.to_string(), command, &context, extras).await?;
    Ok(())
}
