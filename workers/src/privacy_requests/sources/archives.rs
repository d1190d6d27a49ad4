//! Exports, which hold copies of what an erasure erases: archives are withdrawn, and what is still being
//! collected is collected anew.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::RequestId;
use domain::privacy_request::{
    ArchiveEnd, PrivacyRequest, PrivacyRequestCommand, PrivacyRequestError, Request, SourceName, State,
};
use event_store::{CommandContext, CommitExtras, Erasures, EventStore, ExecuteError};
use projections::Views;
use projections::privacy_request::{self, RequestView};

use super::{DataSource, Erased, Erasure, Found, Parts, Progress, SourceError, Subject, caught_up, found};
use crate::privacy_requests::request_objects::{self, RestartError};

/// See the module.
pub struct ArchivesSource {
    store: EventStore,
    views: Views,
    erasures: Erasures,
}

impl ArchivesSource {
    /// The archives in the object store of `erasures`.
    pub fn new(erasures: Erasures, views: Views) -> Self {
        Self { store: erasures.store().clone(), views, erasures }
    }

    /// Withdraws an archive: first it cannot be fetched, then not be read, then it is gone. Safe to do again.
    async fn withdraw(&self, export: RequestId, on_behalf_of: RequestId) -> Result<(), SourceError> {
        let command = PrivacyRequestCommand::EndArchive { reason: ArchiveEnd::Erased };
        let context = CommandContext::service(on_behalf_of.uuid());
        let ended = self
            .store
            .execute::<PrivacyRequest>(&export.to_string(), command, &context, CommitExtras::default())
            .await;
        settle(ended)?;
        Ok(request_objects::destroy_all(&self.erasures, export).await?)
    }

    /// What an export has collected so far may hold what was erased: it collects anew.
    async fn restart(&self, export: RequestId) -> Result<(), SourceError> {
        match request_objects::restart_collection(&self.erasures, export).await {
            Ok(()) => Ok(()),
            Err(RestartError::Destroy(error)) => Err(error.into()),
            Err(RestartError::Store(error)) => Err(error.into()),
            Err(RestartError::Command(error)) => settle::<()>(Err(error)),
        }
    }

    /// Whether an export holds data that was erased: what it collected lay under a key that is destroyed, or files of an
    /// archive that was withdrawn, or of an export that was cancelled, are still there.
    async fn holds_erased(&self, export: &Request) -> Result<bool, SourceError> {
        let ended = export.archive.as_ref().map(|archive| archive.ended);
        match (ended, export.state) {
            (Some(None), _) | (None, State::Running | State::Packaging) => {
                Ok(!self.store.keys().are_active(&export.collected_under).await?)
            }
            // What is not removed yet is the next step of the export itself.
            (Some(Some(_)), _) | (None, State::Cancelled) if export.objects_removed => {
                let files = self.erasures.objects().list(&request_objects::folder(export.request_id)).await?;
                Ok(!files.is_empty())
            }
            _ => Ok(false),
        }
    }

    /// Withdraws what an export holds now, or has it collected anew.
    async fn clear(&self, export: &Request, on_behalf_of: RequestId) -> Result<(), SourceError> {
        match export.state {
            State::Running | State::Packaging => self.restart(export.request_id).await,
            _ if export.archive.is_some() && !export.objects_removed => {
                self.withdraw(export.request_id, on_behalf_of).await
            }
            _ => Ok(()),
        }
    }
}

/// What is counted.
const ARCHIVES: &str = "export_archives";

/// A request that has moved on is looked at again by the next try.
fn settle<T>(done: Result<T, ExecuteError<PrivacyRequestError>>) -> Result<(), SourceError> {
    match done {
        Ok(_) => Ok(()),
        Err(ExecuteError::Store(error)) => Err(error.into()),
        Err(_) => Err(SourceError::Unready("an export has moved on; it is looked at again")),
    }
}

/// Whether an erasure whose work began at `since` has withdrawn, or will withdraw, this archive.
fn is_withdrawn(request: &Request, since: DateTime<Utc>) -> bool {
    match request.archive.as_ref().map(|archive| archive.ended) {
        Some(None) => true,
        Some(Some(ArchiveEnd::Erased)) => request.moved_at >= since,
        _ => false,
    }
}

#[async_trait]
impl DataSource for ArchivesSource {
    fn name(&self) -> SourceName {
        SourceName::new(SourceName::ARCHIVES)
    }

    async fn export(&self, _: Subject, _: &mut Parts<'_>) -> Result<(), SourceError> {
        Err(SourceError::Unsupported(self.name()))
    }

    async fn erase(&self, subject: Subject, _: &Progress) -> Result<Erasure, SourceError> {
        caught_up(&self.store, &self.views, privacy_request::NAME).await?;
        let mut withdrawn = 0;
        for RequestView { request, .. } in self.views.request_list_exports(subject.account).await? {
            withdrawn += u64::from(is_withdrawn(&request, subject.since));
            self.clear(&request, subject.request).await?;
        }
        let counts = BTreeMap::from([(ARCHIVES.to_owned(), withdrawn)]);
        Ok(Erasure { counts, destroyed_keys: Vec::new() })
    }

    async fn verify(&self, Erased { subject, .. }: Erased) -> Result<Found, SourceError> {
        caught_up(&self.store, &self.views, privacy_request::NAME).await?;
        let mut left = 0;
        for RequestView { request, .. } in self.views.request_list_exports(subject.account).await? {
            left += u64::from(self.holds_erased(&request).await?);
        }
        Ok(found(ARCHIVES, left))
    }

    /// A copy made meanwhile may hold what was found, here or elsewhere: every one is withdrawn. So are files that came
    /// back after their export had removed them.
    async fn erase_again(&self, Erased { subject, .. }: Erased) -> Result<Erasure, SourceError> {
        let again = self.erase(subject, &Progress::default()).await?;
        for RequestView { request, .. } in self.views.request_list_exports(subject.account).await? {
            if request.objects_removed && self.holds_erased(&request).await? {
                request_objects::destroy_all(&self.erasures, request.request_id).await?;
            }
        }
        Ok(again)
    }
}
