//! Having a source hand over what it holds.
//!
//! A source that fails holds only its own part: the failure is recorded, the planner asks again
//! later, and the other sources go on.

use domain::privacy_request::{PrivacyRequestCommand, Request, SourceName};
use event_store::CommitExtras;

use super::progress::with_progress_reports;
use super::record_with;
use crate::privacy_requests::context::WorkerContext;
use crate::privacy_requests::error::JobError;
use crate::privacy_requests::request_objects;
use crate::privacy_requests::sources::{Parts, Progress, SourceError, Subject, activity_key};

pub(super) async fn collect(
    ctx: &WorkerContext,
    request: &Request,
    name: &SourceName,
) -> Result<(), JobError> {
    let id = request.request_id;
    let Some((key, key_id)) = request_objects::key(&ctx.store, id).await? else {
        return Ok(request_objects::restart_collection(&ctx.erasures, id).await?);
    };
    // Taken before anything is read: if this key dies before the archive is packaged, what was read may
    // not be packaged.
    let activity = ctx.store.keys().active_key_fresh(&activity_key(request.account_id)).await?;
    let folder = request_objects::part_folder(&ctx.store, id, name.as_str());
    let progress = Progress::default();
    let mut parts = Parts::new(&ctx.archives, &key, folder.clone(), &progress);
    let exported = export(ctx, request, name, &mut parts);
    let command = match with_progress_reports(ctx, request, name, &progress, exported).await {
        Ok(()) => PrivacyRequestCommand::RecordExported {
            source: name.clone(),
            files: parts.into_files(),
            collected_under: vec![activity.id],
        },
        Err(error) => failure(request, name, error)?,
    };
    let extras = CommitExtras { required_keys: vec![key_id, activity.id], ..CommitExtras::default() };
    match record_with(ctx, request, command, extras).await {
        Err(error @ (JobError::Refused(_) | JobError::Erased)) => {
            ctx.archives.remove_all(&folder).await?;
            Err(error)
        }
        recorded => recorded,
    }
}

async fn export(
    ctx: &WorkerContext,
    request: &Request,
    name: &SourceName,
    parts: &mut Parts<'_>,
) -> Result<(), SourceError> {
    let source = ctx.sources.get(name).ok_or(SourceError::Unready("there is no data source of this name"))?;
    source.export(Subject::of(request), parts).await
}

/// What to record of a source's failure. An unreachable database or key service is none of the source's
/// doing: then the whole job is tried again.
pub(super) fn failure(
    request: &Request,
    name: &SourceName,
    error: SourceError,
) -> Result<PrivacyRequestCommand, JobError> {
    let error = match error {
        SourceError::Store(error) if error.is_unavailable() => return Err(JobError::Store(error)),
        error => error,
    };
    tracing::warn!(
        request = %request.request_id, source = %name, error = &error as &dyn std::error::Error,
        "data source failed"
    );
    Ok(PrivacyRequestCommand::RecordSourceFailure { source: name.clone(), reason: error.to_string() })
}
