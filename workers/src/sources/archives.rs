//! Archives of earlier exports, which hold what an erasure erases: they are withdrawn.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::RequestId;
use domain::privacy_request::{
    ArchiveEnd, PrivacyRequest, PrivacyRequestCommand, PrivacyRequestError, SourceName,
};
use event_store::object::ObjectVault;
use event_store::{Attached, CommandContext, EventStore, ExecuteError, log};
use projections::{Views, privacy_request};

use super::{DataSource, Erasure, Parts, SourceError, Subject};
use crate::steps::objects;

/// How long the list of requests may take to come up to the log before the step is put off.
const PATIENCE: Duration = Duration::from_secs(10);

/// See the module.
pub struct ArchivesSource {
    store: EventStore,
    views: Views,
    vault: ObjectVault,
}

impl ArchivesSource {
    /// The archives in `vault`.
    pub fn new(store: EventStore, views: Views, vault: ObjectVault) -> Self {
        Self { store, views, vault }
    }

    /// First nobody can fetch it any longer, then it is unreadable, then it is gone.
    async fn withdraw(&self, export: RequestId, on_behalf_of: RequestId) -> Result<(), SourceError> {
        let command = PrivacyRequestCommand::EndArchive { reason: ArchiveEnd::Erased };
        let context = CommandContext::service(on_behalf_of.uuid());
        let ended = self
            .store
            .execute::<PrivacyRequest>(&export.to_string(), command, &context, Attached::default())
            .await;
        match ended {
            Ok(_) | Err(ExecuteError::Refused(PrivacyRequestError::NoArchive)) => {}
            Err(ExecuteError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(SourceError::Unready("an archive is being used by too many at once")),
        }
        objects::destroy_all(&self.store, &self.vault, export).await?;
        Ok(())
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

    async fn erase(&self, subject: Subject) -> Result<Erasure, SourceError> {
        let head = log::newest_position(self.store.pool()).await?;
        if !self.views.wait_for(privacy_request::NAME, head, PATIENCE).await? {
            return Err(SourceError::Unready("the list of requests has not caught up with the log"));
        }
        let exports = self.views.request_list_with_archive(subject.account).await?;
        for export in &exports {
            self.withdraw(export.request.request_id, subject.request).await?;
        }
        let counts = BTreeMap::from([("export_archives".to_owned(), exports.len() as u64)]);
        Ok(Erasure { counts, destroyed_keys: Vec::new() })
    }
}
