//! The account itself: profile, settings, sessions, history and consent records.
//!
//! Erasing what was collected about its use means destroying the account's `activity` key: every
//! address and user agent in its events, wherever a copy of them lies, is unreadable from then on. Devices and queued
//! messages go with the key, and so do the mails that lie in a folder instead of being sent.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::account::{Account, AccountEvent};
use domain::privacy_request::SourceName;
use domain::{AccountId, Scope};
use event_store::log::LogEntry;
use event_store::vault::session;
use event_store::vault::session_device::SessionDevice;
use event_store::{Erasures, EventStore, KeyName};
use futures::TryStreamExt;
use projections::{Audience, Table, Told, Views, history};
use serde_json::{Value, json};

use crate::folder::Folders;

use super::{DataSource, Erasure, Parts, Progress, SourceError, Subject, caught_up};

/// See the module.
pub struct AccountSource {
    store: EventStore,
    views: Views,
    erasures: Erasures,
    folders: Folders,
}

/// The key under which lies what was collected about an account's use.
pub(crate) fn activity_key(account: AccountId) -> KeyName {
    KeyName::new(account.to_string(), Scope::Activity.as_str())
}

impl AccountSource {
    /// The accounts in the store of `erasures`, with what was written for their holders into `folders`.
    pub fn new(erasures: Erasures, views: Views, folders: Folders) -> Self {
        Self { store: erasures.store().clone(), views, erasures, folders }
    }

    async fn export_profile(&self, account: AccountId, parts: &mut Parts<'_>) -> Result<(), SourceError> {
        let (aggregate, _) = self.store.load::<Account>(&account.to_string()).await?;
        let holder = aggregate.holder.ok_or(SourceError::Unready("the account is not there"))?;
        let profile = json!({
            "account_id": holder.account_id,
            "email": holder.email.known(),
            "name": holder.name.known(),
            "preferences": holder.preferences,
        });
        parts.json("account/profile.json", "Your profile and settings", &profile).await?;

        let now = self.store.services().now();
        // Few: an account has a limited number of them.
        let found = session::page(self.store.pool(), account, now, None, i64::MAX).await?;
        let (sessions, sealed): (Vec<_>, Vec<_>) =
            found.into_iter().map(|(session, sealed)| (session, (session.id, sealed))).unzip();
        let devices = SessionDevice::open_all(&self.store, account, &sealed).await?;
        let mut part = parts.begin("account/sessions.ndjson", "Where you are signed in").await?;
        for (session, device) in sessions.into_iter().zip(devices) {
            part.line(&json!({
                "session_id": session.id,
                "signed_in_at": session.created_at,
                "last_seen_at": session.seen_at,
                "expires_at": session.expires_at,
                "device": device.program,
                "network": device.network,
            }))
            .await?;
        }
        Ok(parts.end_list(part).await?)
    }

    /// One pass over the history fills three files.
    async fn export_history(&self, account: AccountId, parts: &mut Parts<'_>) -> Result<(), SourceError> {
        caught_up(&self.store, &self.views, history::NAME).await?;
        let mut data = parts
            .begin("account/history.ndjson", "Everything that happened to your account, as data")
            .await?;
        let mut table = Table::new(&Told::columns(Audience::Holder));
        let mut words =
            parts.begin("account/history.csv", "Everything that happened to your account, in words").await?;
        let mut consents =
            parts.begin("account/consents.ndjson", "How your switches stood, and when they changed").await?;
        let mut entries = std::pin::pin!(self.views.history_stream(self.store.clone(), account, None));
        while let Some(entry) = entries.try_next().await? {
            if let Some(consent) = consent(&entry) {
                consents.line(&consent).await?;
            }
            let told = Told::for_holder(entry, account);
            data.line(&told).await?;
            words.row(&mut table, &told.cells()).await?;
        }
        parts.end_list(data).await?;
        parts.end_table(words, &mut table).await?;
        Ok(parts.end_list(consents).await?)
    }
}

/// A consent record: what was switched from what to what, when, under which policy (GDPR Art. 7(1)).
fn consent(entry: &LogEntry) -> Option<Value> {
    let (now, from, policy_version) = match serde_json::from_value(entry.payload.clone()).ok()? {
        AccountEvent::Registered { preferences, policy_version, .. } => {
            (json!(preferences), Value::Null, policy_version)
        }
        AccountEvent::PreferencesChanged { personalization, usage_logging, policy_version, .. } => {
            let switches = [("personalization", personalization), ("usage_logging", usage_logging)];
            let turned: Vec<_> = switches.into_iter().filter_map(|(name, c)| Some((name, c?))).collect();
            let now: BTreeMap<_, _> = turned.iter().map(|(name, change)| (*name, change.to)).collect();
            let from: BTreeMap<_, _> = turned.iter().map(|(name, change)| (*name, change.from)).collect();
            (json!(now), json!(from), policy_version)
        }
        _ => return None,
    };
    Some(json!({"at": entry.recorded_at, "from": from, "to": now, "policy_version": policy_version}))
}

#[async_trait]
impl DataSource for AccountSource {
    fn name(&self) -> SourceName {
        SourceName::new(SourceName::ACCOUNT)
    }

    async fn export(&self, subject: Subject, parts: &mut Parts<'_>) -> Result<(), SourceError> {
        self.export_profile(subject.account, parts).await?;
        self.export_history(subject.account, parts).await
    }

    async fn erase(&self, subject: Subject, _: &Progress) -> Result<Erasure, SourceError> {
        let name = activity_key(subject.account);
        let destroyed_keys = self.erasures.destroy_key(&name, &subject.request.to_string()).await?;
        self.folders.forget(subject.account).await.map_err(SourceError::Folder)?;
        let counts = BTreeMap::from([("activity_keys".to_owned(), destroyed_keys.len() as u64)]);
        Ok(Erasure { counts, destroyed_keys })
    }
}
