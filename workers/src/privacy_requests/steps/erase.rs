//! Having a source erase what it holds, or what a reading found of it again.

use domain::privacy_request::{PrivacyRequestCommand, Request, SourceName};

use super::collect::failure;
use super::progress::with_progress_reports;
use super::record;
use crate::privacy_requests::context::WorkerContext;
use crate::privacy_requests::error::JobError;
use crate::privacy_requests::sources::{Erased, Erasure, Progress, SourceError, Subject};

pub(super) async fn erase(ctx: &WorkerContext, request: &Request, name: &SourceName) -> Result<(), JobError> {
    let progress = Progress::default();
    let asked = ask(ctx, request, name, &progress);
    let command = match with_progress_reports(ctx, request, name, &progress, asked).await {
        Ok(Erasure { counts, destroyed_keys }) => PrivacyRequestCommand::RecordErased {
            source: name.clone(),
            counts,
            destroyed_keys: destroyed_keys.into_iter().map(|key| key.fingerprint).collect(),
        },
        Err(error) => failure(request, name, error)?,
    };
    record(ctx, request, command).await
}

async fn ask(
    ctx: &WorkerContext,
    request: &Request,
    name: &SourceName,
    progress: &Progress,
) -> Result<Erasure, SourceError> {
    let source = ctx.sources.get(name).ok_or(SourceError::Unready("there is no data source of this name"))?;
    match Erased::of(request, name) {
        None => source.erase(Subject::of(request), progress).await,
        Some(erased) => source.erase_again(erased).await,
    }
}
