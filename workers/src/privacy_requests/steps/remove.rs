//! Removing what is stored for a request.

use domain::privacy_request::{PrivacyRequestCommand, Request};

use super::record;
use crate::privacy_requests::context::WorkerContext;
use crate::privacy_requests::error::JobError;
use crate::privacy_requests::request_objects::{archive_folder, destroy_all, parts_folder};

/// Removes the parts that the archive now holds, and archives of failed attempts.
pub(super) async fn parts(ctx: &WorkerContext, request: &Request) -> Result<(), JobError> {
    ctx.archives.remove_all(&parts_folder(request.request_id)).await?;
    let kept = request.archive.as_ref().map(|archive| archive.object.as_str());
    for object in ctx.archives.list(&archive_folder(request.request_id)).await? {
        if Some(object.as_str()) != kept {
            ctx.archives.remove_all(&object).await?;
        }
    }
    record(ctx, request, PrivacyRequestCommand::RecordPartsRemoved).await
}

/// Removes all that is stored for a request.
pub(super) async fn everything(ctx: &WorkerContext, request: &Request) -> Result<(), JobError> {
    destroy_all(&ctx.erasures, request.request_id).await?;
    record(ctx, request, PrivacyRequestCommand::RecordObjectsRemoved).await
}
