//! The usage store: what the account holder did with the product.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::privacy_request::SourceName;
use event_store::Erasures;
use event_store::usage::{self, UsageEvent};
use futures::TryStreamExt;
use projections::written;

use super::{DataSource, Erasure, Parts, Progress, SourceError, Subject};

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
        let counts = BTreeMap::from([("usage_events".to_owned(), deleted)]);
        Ok(Erasure { counts, destroyed_keys: Vec::new() })
    }
}
