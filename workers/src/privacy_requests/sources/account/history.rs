//! What happened to the account, and how its switches stood.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::account::AccountEvent;
use event_store::log::LogEntry;
use futures::TryStreamExt;
use projections::{Audience, EventView, history};
use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountSource, Parts, SourceError, caught_up};

/// A consent record: which switches were turned, when, and under which policy (GDPR Art. 7(1)).
#[derive(Serialize, JsonSchema)]
pub(crate) struct Consent {
    /// When.
    at: DateTime<Utc>,
    /// How the switches that were turned had stood; null when the account was opened.
    from: Option<BTreeMap<String, bool>>,
    /// How they stand since.
    to: BTreeMap<String, bool>,
    /// The privacy policy in force then.
    policy_version: String,
}

impl Consent {
    fn of(entry: &LogEntry) -> Option<Self> {
        let (from, to, policy_version) = match serde_json::from_value(entry.payload.clone()).ok()? {
            AccountEvent::Registered { preferences, policy_version, .. } => {
                let switches = [
                    ("personalization", preferences.personalization),
                    ("usage_logging", preferences.usage_logging),
                ];
                let to = switches.into_iter().map(|(name, on)| (name.to_owned(), on)).collect();
                (None, to, policy_version)
            }
            AccountEvent::PreferencesChanged { personalization, usage_logging, policy_version, .. } => {
                let switches = [("personalization", personalization), ("usage_logging", usage_logging)];
                let turned: Vec<_> =
                    switches.into_iter().filter_map(|(name, c)| Some((name.to_owned(), c?))).collect();
                let from = turned.iter().map(|(name, change)| (name.clone(), change.from)).collect();
                let to = turned.iter().map(|(name, change)| (name.clone(), change.to)).collect();
                (Some(from), to, policy_version)
            }
            _ => return None,
        };
        Some(Self { at: entry.recorded_at, from, to, policy_version })
    }
}

impl AccountSource {
    /// One pass over the history fills three files.
    pub(super) async fn export_history(
        &self,
        account: AccountId,
        parts: &mut Parts<'_>,
    ) -> Result<(), SourceError> {
        caught_up(&self.store, &self.views, history::NAME).await?;
        let mut data = parts
            .begin("account/history.ndjson", "Everything that happened to your account, as data")
            .await?;
        let title = "Everything that happened to your account, as a table";
        let (mut rows, mut table) =
            parts.begin_table("account/history.csv", title, &EventView::columns(Audience::Holder)).await?;
        let mut consents =
            parts.begin("account/consents.ndjson", "How your switches stood, and when they changed").await?;
        let mut entries = std::pin::pin!(self.views.history_stream(
            self.store.clone(),
            account,
            history::HistoryFilter::default()
        ));
        while let Some(entry) = entries.try_next().await? {
            if let Some(consent) = Consent::of(&entry) {
                consents.line(&consent).await?;
            }
            let told = EventView::for_holder(entry, account);
            data.line(&told).await?;
            rows.row(&mut table, &told.cells()).await?;
        }
        parts.end_list(data).await?;
        parts.end_table(rows, &mut table).await?;
        Ok(parts.end_list(consents).await?)
    }
}
