//! Objects stored for a request: their paths, their key, and their removal.
//!
//! Everything lies below `requests/<id>/`, sealed with one key of the request. Each attempt writes
//! to a path of its own, so that a worker that was thought dead cannot spoil another's work; what
//! failed attempts left behind goes when the parts go, or with the whole request.
//!
//! The key is kept in the transaction of the event that begins the work, so a request that was
//! cancelled before gets none, and one cancelled after still has its removal before it. A worker that
//! comes late finds no key, and can leave nothing behind that could be read.

use domain::RequestId;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestCommand, PrivacyRequestError};
use event_store::erasure::ErasureError;
use event_store::records::RecordWrite;
use event_store::{CommandContext, CommitExtras, Erasures, EventStore, ExecuteError, KeyName, StoreError};
use sealed_objects::{ObjectError, ObjectKey};
use uuid::Uuid;

pub(super) fn folder(request: RequestId) -> String {
    format!("requests/{request}")
}

/// The folder of the files of all sources.
pub(super) fn parts_folder(request: RequestId) -> String {
    format!("{}/parts", folder(request))
}

/// The folder of archives, those of failed attempts among them.
pub(super) fn archive_folder(request: RequestId) -> String {
    format!("{}/archive", folder(request))
}

/// A folder for one source's files, of this attempt alone.
pub(super) fn part_folder(store: &EventStore, request: RequestId, source: &str) -> String {
    let attempt = store.services().ids.uuid();
    format!("{}/{source}/{attempt}", parts_folder(request))
}

/// A path for the archive, of this attempt alone.
pub(super) fn archive_object(store: &EventStore, request: RequestId) -> String {
    let attempt = store.services().ids.uuid();
    format!("{}/{attempt}.zip", archive_folder(request))
}

/// A new key for everything stored for a request, to be kept with the event that begins the work.
pub(super) async fn with_new_key(store: &EventStore, request: RequestId) -> Result<CommitExtras, StoreError> {
    let key = store.keys().generate(KeyName::archive(request)).await?;
    Ok(CommitExtras { records: vec![RecordWrite::KeepKey(key)], ..CommitExtras::default() })
}

/// The key that everything stored for a request is sealed with, and its id; none when it was destroyed.
pub(super) async fn key(
    store: &EventStore,
    request: RequestId,
) -> Result<Option<(ObjectKey, Uuid)>, StoreError> {
    let key = store.keys().find_active_key(&KeyName::archive(request)).await?;
    Ok(key.map(|key| (ObjectKey::from_bytes(*key.expose()), key.id)))
}

/// Makes unreadable and removes what an open export has collected, and has it begin anew under a new key. A
/// crash in between leaves it without a key; the next attempt then comes here.
pub(super) async fn restart_collection(erasures: &Erasures, request: RequestId) -> Result<(), RestartError> {
    destroy_all(erasures, request).await?;
    let store = erasures.store();
    let context = CommandContext::service(request.uuid());
    let command = PrivacyRequestCommand::RestartCollection;
    let extras = with_new_key(store, request).await?;
    store.execute::<PrivacyRequest>(&request.to_string(), command, &context, extras).await?;
    Ok(())
}

/// Destroys the key first, which makes all unreadable, and then removes what it sealed.
pub(super) async fn destroy_all(erasures: &Erasures, request: RequestId) -> Result<(), DestroyError> {
    erasures.destroy_key(&KeyName::archive(request), &request.to_string()).await?;
    erasures.objects().remove_all(&folder(request)).await?;
    Ok(())
}

/// An error while destroying what is stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum DestroyError {
    #[error(transparent)]
    Erasure(#[from] ErasureError),
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// An error while starting a collection anew.
#[derive(Debug, thiserror::Error)]
pub(super) enum RestartError {
    #[error(transparent)]
    Destroy(#[from] DestroyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Command(#[from] ExecuteError<PrivacyRequestError>),
}
