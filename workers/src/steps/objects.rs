//! What is stored for a request: where it lies, its key, and how it goes.
//!
//! Everything lies below `requests/<id>/`, sealed with one key of the request. Each attempt writes
//! to a place of its own, so that a worker that was thought dead cannot spoil another's work; what
//! attempts left behind goes when the parts go, or with the whole request.
//!
//! The key is kept in the transaction of the event that begins the work, so a request that was
//! cancelled before gets none, and one cancelled after still has its removal before it. A worker that
//! comes late finds no key, and can leave nothing behind that could be read.

use domain::RequestId;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestCommand, PrivacyRequestError, Request};
use event_store::erasure::ErasureError;
use event_store::records::RecordWrite;
use event_store::{CommandContext, CommitExtras, Erasures, EventStore, ExecuteError, KeyName, StoreError};
use sealed_objects::{ObjectError, ObjectKey};
use uuid::Uuid;

use super::record;
use crate::jobs::JobError;
use crate::sources::SourceError;
use crate::workbench::WorkerContext;

fn folder(request: RequestId) -> String {
    format!("requests/{request}")
}

/// A place for one source's files that no other attempt writes to.
pub(super) fn part_folder(bench: &WorkerContext, request: RequestId, source: &str) -> String {
    let attempt = bench.store.services().ids.uuid();
    format!("{}/parts/{source}/{attempt}", folder(request))
}

/// A place for the archive that no other attempt writes to.
pub(super) fn archive_object(bench: &WorkerContext, request: RequestId) -> String {
    let attempt = bench.store.services().ids.uuid();
    format!("{}/archive/{attempt}.zip", folder(request))
}

/// A new key for everything stored for a request, to be kept with the event that begins the work.
pub(super) async fn with_new_key(store: &EventStore, request: RequestId) -> Result<CommitExtras, StoreError> {
    let key = store.keys().generate(KeyName::archive(request)).await?;
    Ok(CommitExtras { records: vec![RecordWrite::KeepKey(key)], ..CommitExtras::default() })
}

/// The key that everything stored for a request is sealed with, and its id; none when it was destroyed.
pub(super) async fn key(
    bench: &WorkerContext,
    request: RequestId,
) -> Result<Option<(ObjectKey, Uuid)>, StoreError> {
    let key = bench.store.keys().find(&KeyName::archive(request)).await?;
    Ok(key.map(|key| (ObjectKey::from_bytes(*key.expose()), key.id)))
}

/// Makes unreadable and removes what an open export has collected, and has it begin anew under a new key. A
/// crash in between leaves it without a key; whoever goes on with it then comes here.
pub(crate) async fn restart_collection(erasures: &Erasures, request: RequestId) -> Result<(), RestartError> {
    destroy_all(erasures, request).await?;
    let store = erasures.store();
    let context = CommandContext::service(request.uuid());
    let command = PrivacyRequestCommand::RestartCollection;
    let extras = with_new_key(store, request).await?;
    store.execute::<PrivacyRequest>(&request.to_string(), command, &context, extras).await?;
    Ok(())
}

/// Removes the parts that the archive now holds, and archives of attempts that came to nothing.
pub(super) async fn remove_parts(bench: &WorkerContext, request: &Request) -> Result<(), JobError> {
    let folder = folder(request.request_id);
    bench.archives.remove_all(&format!("{folder}/parts")).await?;
    let kept = request.archive.as_ref().map(|archive| archive.object.as_str());
    for object in bench.archives.list(&format!("{folder}/archive")).await? {
        if Some(object.as_str()) != kept {
            bench.archives.remove_all(&object).await?;
        }
    }
    record(bench, request, PrivacyRequestCommand::RecordPartsRemoved).await
}

/// Removes all that was stored for a request.
pub(super) async fn remove(bench: &WorkerContext, request: &Request) -> Result<(), JobError> {
    destroy_all(&bench.erasures, request.request_id).await?;
    record(bench, request, PrivacyRequestCommand::RecordObjectsRemoved).await
}

/// Destroys the key first, so that nothing can be read from then on, and then what it sealed.
pub(crate) async fn destroy_all(erasures: &Erasures, request: RequestId) -> Result<(), DestroyError> {
    erasures.destroy_key(&KeyName::archive(request), &request.to_string()).await?;
    erasures.objects().remove_all(&folder(request)).await?;
    Ok(())
}

/// Why something stored could not be destroyed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DestroyError {
    #[error(transparent)]
    Erasure(#[from] ErasureError),
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// Why a collection could not begin anew.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestartError {
    #[error(transparent)]
    Destroy(#[from] DestroyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Command(#[from] ExecuteError<PrivacyRequestError>),
}

impl From<DestroyError> for JobError {
    fn from(error: DestroyError) -> Self {
        match error {
            DestroyError::Erasure(error) => error.into(),
            DestroyError::Object(error) => Self::Object(error),
        }
    }
}

impl From<RestartError> for JobError {
    fn from(error: RestartError) -> Self {
        match error {
            RestartError::Destroy(error) => error.into(),
            RestartError::Store(error) => Self::Store(error),
            RestartError::Command(error) => error.into(),
        }
    }
}

impl From<DestroyError> for SourceError {
    fn from(error: DestroyError) -> Self {
        match error {
            DestroyError::Erasure(error) => error.into(),
            DestroyError::Object(error) => Self::Object(error),
        }
    }
}
