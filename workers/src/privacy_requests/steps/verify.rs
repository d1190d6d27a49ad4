//! Reading a source again after an erasure: what a source says of its own work is not taken for true.

use domain::privacy_request::{PrivacyRequestCommand, Request, SourceName};

use super::collect::failure;
use super::record;
use crate::privacy_requests::context::WorkerContext;
use crate::privacy_requests::error::JobError;
use crate::privacy_requests::sources::{Erased, Found, SourceError};

pub(super) async fn verify(
    ctx: &WorkerContext,
    request: &Request,
    name: &SourceName,
    reading: u32,
) -> Result<(), JobError> {
    let source = name.clone();
    let command = match read(ctx, request, name).await {
        Ok(found) if found.values().all(|count| *count == 0) => {
            PrivacyRequestCommand::RecordVerified { source, reading }
        }
        Ok(counts) => {
            tracing::error!(
                request = %request.request_id, source = %name, reading, found = ?counts,
                "data source still holds what it erased; it is erased again"
            );
            PrivacyRequestCommand::RecordFoundAgain { source, reading, counts }
        }
        Err(error) => failure(request, name, error)?,
    };
    record(ctx, request, command).await
}

async fn read(ctx: &WorkerContext, request: &Request, name: &SourceName) -> Result<Found, SourceError> {
    let source = ctx.sources.get(name).ok_or(SourceError::Unready("there is no data source of this name"))?;
    let erased =
        Erased::of(request, name).ok_or(SourceError::Unready("the source has erased nothing yet"))?;
    source.verify(erased).await
}
