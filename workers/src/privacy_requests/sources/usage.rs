//! The usage store: what the account holder did with the product.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::privacy_request::SourceName;
use event_store::Erasures;
use event_store::usage::{self, UsageEvent};
use futures::TryStreamExt;
use projections::written;

use super::{DataSource, Erased, Erasure, Found, Parts, Progress, SourceError, Subject, found};

/// See the module.
pub struct UsageSource {
    erasures: Erasures,
}

impl UsageSource {
    /// The usage in the store of `erasures`.
    pub fn new(erasures: Erasures) -> Self {
        Self { erasures }
    }
}

/// What is counted.
const EVENTS: &str = "usage_events";

fn erasure_of(deleted: u64) -> Erasure {
    Erasure { counts: BTreeMap::from([(EVENTS.to_owned(), deleted)]), destroyed_keys: Vec::new() }
}

impl UsageSource {
    /// Until when usage was received, or happened, that the erasure was about: by the clock that says when usage is received.
    async fn until(&self, erased: Erased) -> Result<DateTime<Utc>, SourceError> {
        let cause = erased.subject.request.to_string();
        let until = usage::erased_until(self.erasures.store().pool(), &cause).await?;
        Ok(until.unwrap_or(erased.at))
    }
}

fn cells(event: &UsageEvent) -> [String; 4] {
    [written(event.occurred_at), event.name.clone(), event.properties.to_string(), written(event.received_at)]
}

#[async_trait]
impl DataSource for UsageSource {
    fn name(&self) -> SourceName {
        SourceName::new(SourceName::USAGE)
    }

    /// One pass over the rows fills both files; memory stays flat whatever there is.
    async fn export(&self, subject: Subject, parts: &mut Parts<'_>) -> Result<(), SourceError> {
        let mut data = parts.begin("usage/events.ndjson", "Your use of the product, as data").await?;
        let (title, heading) =
            ("Your use of the product, as a table", ["occurred_at", "name", "properties", "received_at"]);
        let (mut rows, mut table) = parts.begin_table("usage/events.csv", title, &heading).await?;
        let pool = self.erasures.store().pool().clone();
        let events = usage::stream(pool, usage::HOUSE.to_owned(), subject.account.to_string());
        let mut events = std::pin::pin!(events);
        while let Some(event) = events.try_next().await? {
            data.line(&event).await?;
            rows.row(&mut table, &cells(&event)).await?;
        }
        parts.end_list(data).await?;
        Ok(parts.end_table(rows, &mut table).await?)
    }

    async fn erase(&self, subject: Subject, progress: &Progress) -> Result<Erasure, SourceError> {
        let Subject { account, request, .. } = subject;
        let deleted = self
            .erasures
            .erase_usage(usage::HOUSE, account, request, |deleted| progress.set(deleted))
            .await?;
        Ok(erasure_of(deleted))
    }

    /// At once only what was there is looked for: what happened in the last moments is still arriving. Later also what has come
    /// in since and is older than the erasure.
    async fn verify(&self, erased: Erased) -> Result<Found, SourceError> {
        let pool = self.erasures.store().pool();
        let account = erased.subject.account.to_string();
        let extent = (self.until(erased).await?, erased.readings > 0);
        let left = usage::count_until(pool, usage::HOUSE, &account, extent).await?;
        Ok(found(EVENTS, left))
    }

    async fn erase_again(&self, erased: Erased) -> Result<Erasure, SourceError> {
        let Subject { account, request, .. } = erased.subject;
        let again = (erased.found, self.until(erased).await?);
        Ok(erasure_of(self.erasures.erase_usage_again(usage::HOUSE, account, request, again).await?))
    }
}
