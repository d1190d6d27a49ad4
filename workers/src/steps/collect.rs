//! Having a source hand over what it holds.
//!
//! A source that fails holds only its own part: the failure is recorded, the planner asks again
//! later, and the other sources go on.

use domain::privacy_request::{PrivacyRequestCommand, Request, SourceFile, SourceName};
use event_store::StoreError;

use super::{objects, record};
use crate::jobs::JobError;
use crate::sources::{Parts, SourceError, Subject, activity_key};
use crate::workbench::Workbench;

pub(super) async fn collect(bench: &Workbench, request: &Request, name: &SourceName) -> Result<(), JobError> {
    let folder = objects::part_folder(bench, request.request_id, name.as_str());
    // Taken before anything is read: if this key dies before the archive is packaged, what was read may
    // not be packaged.
    let activity = bench.store.keys().live(&activity_key(request.account_id)).await?;
    let command = match export(bench, request, name, folder.clone()).await {
        Ok(files) => PrivacyRequestCommand::RecordExported {
            source: name.clone(),
            files,
            collected_under: vec![activity.id],
        },
        Err(error) => failure(request, name, error)?,
    };
    let recorded = record(bench, request, command).await;
    if matches!(recorded, Err(JobError::Refused(_))) {
        bench.archives.remove_all(&folder).await?;
    }
    recorded
}

async fn export(
    bench: &Workbench,
    request: &Request,
    name: &SourceName,
    folder: String,
) -> Result<Vec<SourceFile>, SourceError> {
    let source =
        bench.sources.get(name).ok_or(SourceError::Unready("there is no data source of this name"))?;
    let key = objects::key(bench, request.request_id).await?;
    let mut parts = Parts::new(&bench.archives, &key, folder);
    let subject = Subject { account: request.account_id, request: request.request_id };
    source.export(subject, &mut parts).await?;
    Ok(parts.into_files())
}

/// What to record of a source's failure. An unreachable database is none of the source's doing: then
/// the whole job is tried again.
pub(super) fn failure(
    request: &Request,
    name: &SourceName,
    error: SourceError,
) -> Result<PrivacyRequestCommand, JobError> {
    if let SourceError::Store(error @ StoreError::Unavailable(_)) = error {
        return Err(JobError::Store(error));
    }
    tracing::warn!(
        request = %request.request_id, source = %name, error = &error as &dyn std::error::Error,
        "a data source failed"
    );
    Ok(PrivacyRequestCommand::RecordSourceFailure { source: name.clone(), reason: error.to_string() })
}
