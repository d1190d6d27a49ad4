//! The account itself: profile, settings, sessions, organizations and projects, requests, history and consent records.
//!
//! What always holds: all that `/v1/me`, `/v1/sessions`, `/v1/organizations` and `/v1/projects` show of the person is handed over
//! under the same names; `http::archive_contents` walks the answers and fails where a member is missing.
//!
//! Erasing what was collected about its use means destroying the account's `activity` key: every
//! address and user agent in its events, wherever a copy of them lies, is unreadable from then on. Devices and queued
//! messages go with the key, and so do the mails that lie in a drop directory instead of being sent.

pub(crate) mod history;
pub(crate) mod profile;
pub(crate) mod request;
pub(crate) mod team;

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::privacy_request::SourceName;
use domain::{AccountId, Scope};
use event_store::encryption::DestroyedKey;
use event_store::{Erasures, EventStore, KeyName};
use projections::Views;

use crate::messages::DropDirectories;

use super::{DataSource, Erased, Erasure, Found, Parts, Progress, SourceError, Subject, caught_up, found};

/// See the module.
pub struct AccountSource {
    store: EventStore,
    views: Views,
    erasures: Erasures,
    drop_directories: DropDirectories,
}

/// The key under which lies what was collected about an account's use.
pub(crate) fn activity_key(account: AccountId) -> KeyName {
    KeyName::new(account.to_string(), Scope::Activity.as_str())
}

/// What is counted.
const KEYS: &str = "activity_keys";

fn erasure_of(destroyed_keys: Vec<DestroyedKey>) -> Erasure {
    Erasure { counts: BTreeMap::from([(KEYS.to_owned(), destroyed_keys.len() as u64)]), destroyed_keys }
}

impl AccountSource {
    /// The accounts in the store of `erasures`, with what was written for their holders into `drop_directories`.
    pub fn new(erasures: Erasures, views: Views, drop_directories: DropDirectories) -> Self {
        Self { store: erasures.store().clone(), views, erasures, drop_directories }
    }
}

#[async_trait]
impl DataSource for AccountSource {
    fn name(&self) -> SourceName {
        SourceName::new(SourceName::ACCOUNT)
    }

    async fn export(&self, subject: Subject, parts: &mut Parts<'_>) -> Result<(), SourceError> {
        self.export_profile(subject.account, parts).await?;
        self.export_sessions(subject.account, parts).await?;
        self.export_team(subject.account, parts).await?;
        self.export_requests(subject.account, parts).await?;
        self.export_history(subject.account, parts).await
    }

    async fn erase(&self, subject: Subject, _: &Progress) -> Result<Erasure, SourceError> {
        let name = activity_key(subject.account);
        let destroyed_keys = self.erasures.destroy_key(&name, &subject.request.to_string()).await?;
        self.drop_directories.forget(subject.account).await.map_err(SourceError::DropDirectory)?;
        Ok(erasure_of(destroyed_keys))
    }

    async fn verify(&self, Erased { subject, .. }: Erased) -> Result<Found, SourceError> {
        let name = activity_key(subject.account);
        let back = self.erasures.keys_back(&name, &subject.request.to_string()).await?;
        Ok(found(KEYS, back.len() as u64))
    }

    async fn erase_again(&self, Erased { subject, .. }: Erased) -> Result<Erasure, SourceError> {
        let name = activity_key(subject.account);
        Ok(erasure_of(self.erasures.destroy_keys_back(&name, &subject.request.to_string()).await?))
    }
}
