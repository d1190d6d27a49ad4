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

    /// Whether an export holds data that was erased: what it collected lay under a key that is destroyed, or files of a
    /// withdrawn archive are still there.
    async fn holds_erased(&self, export: &Request) -> Result<bool, SourceError> {
        match export.archive.as_ref().map(|archive| archive.ended) {
            Some(Some(ArchiveEnd::Erased)) => {
                let files = self.erasures.objects().list(&request_objects::folder(export.request_id)).await?;
                Ok(!files.is_empty())
            }
            Some(Some(_)) => Ok(false),
            _ => Ok(!self.store.keys().are_active(&export.collected_under).await?),
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
            match request.state {
                State::Running | State::Packaging => self.restart(request.request_id).await?,
                _ if request.archive.is_some() && !request.objects_removed => {
                    self.withdraw(request.request_id, subject.request).await?;
                }
                _ => {}
            }
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

    /// A copy made meanwhile may hold what was found, here or elsewhere: every one is withdrawn.
    async fn erase_again(&self, Erased { subject, .. }: Erased) -> Result<Erasure, SourceError> {
        self.erase(subject, &Progress::default()).await
    }
}
