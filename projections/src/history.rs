//! The history of an account: every event that concerns it, whatever the aggregate.
//!
//! The read model holds positions only; the events are read from the log and opened when somebody
//! looks, so an erasure reaches them at once.

use std::collections::BTreeMap;

use async_trait::async_trait;
use cqrs_es::Aggregate as _;
use domain::AccountId;
use domain::account::Account;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestEvent};
use event_store::log::{self, Freshness, LogEntry};
use event_store::{EventStore, StoreError};
use futures::{Stream, TryStreamExt};
use sqlx::PgConnection;

use crate::runner::Projection;
use crate::views::Views;

/// The name of its checkpoint.
pub const NAME: &str = "history";
/// Entries read at once.
const PAGE: i64 = 500;

/// The reducer.
pub struct HistoryProjection;

#[async_trait]
impl Projection for HistoryProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, entry: &LogEntry) -> bool {
        [Account::TYPE, PrivacyRequest::TYPE].contains(&entry.aggregate_type.as_str())
    }

    async fn project(&self, db: &mut PgConnection, entries: &[LogEntry]) -> Result<(), StoreError> {
        let mut owners = known_owners(db, entries).await?;
        let mut rows: (Vec<String>, Vec<i64>) = Default::default();
        let mut new_owners: (Vec<String>, Vec<String>) = Default::default();
        for entry in entries {
            if let Some(account) = owner_named_by(entry) {
                new_owners.0.push(entry.aggregate_id.clone());
                new_owners.1.push(account.clone());
                owners.insert(entry.aggregate_id.clone(), account);
            }
            let account = match entry.aggregate_type.as_str() {
                Account::TYPE => Some(&entry.aggregate_id),
                _ => owners.get(&entry.aggregate_id),
            };
            if let Some(account) = account {
                rows.0.push(account.clone());
                rows.1.push(entry.position);
            }
        }
        sqlx::query(
            "INSERT INTO account_history_owner (aggregate_id, account_id)
             SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
        )
        .bind(new_owners.0)
        .bind(new_owners.1)
        .execute(&mut *db)
        .await?;
        sqlx::query(
            "INSERT INTO account_history (account_id, position) SELECT * FROM unnest($1::text[], $2::bigint[])",
        )
        .bind(rows.0)
        .bind(rows.1)
        .execute(db)
        .await?;
        Ok(())
    }
}

async fn known_owners(
    db: &mut PgConnection,
    entries: &[LogEntry],
) -> Result<BTreeMap<String, String>, StoreError> {
    let others = entries.iter().filter(|entry| entry.aggregate_type != Account::TYPE);
    let ids: Vec<&str> = others.map(|entry| entry.aggregate_id.as_str()).collect();
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT aggregate_id, account_id FROM account_history_owner WHERE aggregate_id = ANY($1)",
    )
    .bind(&ids)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
}

/// The account an aggregate belongs to, where its first event says so.
fn owner_named_by(entry: &LogEntry) -> Option<String> {
    if entry.aggregate_type != PrivacyRequest::TYPE || entry.sequence != 1 {
        return None;
    }
    match serde_json::from_value(entry.payload.clone()) {
        Ok(PrivacyRequestEvent::Received { account_id, .. }) => Some(account_id.to_string()),
        _ => None,
    }
}

impl Views {
    /// Events that concern an account, opened, newest first, before position `before` if given.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn history_list(
        &self,
        store: &EventStore,
        account: AccountId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let positions: Vec<i64> = sqlx::query_scalar(
            "SELECT position FROM account_history WHERE account_id = $1 AND position < $2
             ORDER BY position DESC LIMIT $3",
        )
        .bind(account.to_string())
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let mut entries = read_opened(store, &positions).await?;
        entries.reverse();
        Ok(entries)
    }

    /// The positions of all events that concern an account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn history_positions(&self, account: AccountId) -> Result<Vec<i64>, StoreError> {
        let positions = sqlx::query_scalar(
            "SELECT position FROM account_history WHERE account_id = $1 ORDER BY position",
        );
        Ok(positions.bind(account.to_string()).fetch_all(self.pool()).await?)
    }

    /// All events that concern an account, opened, oldest first, page by page.
    pub fn history_stream(
        &self,
        store: EventStore,
        account: AccountId,
    ) -> impl Stream<Item = Result<LogEntry, StoreError>> + Send + 'static {
        let views = self.clone();
        let pages = futures::stream::try_unfold(0, move |after| {
            let (views, store) = (views.clone(), store.clone());
            async move {
                let page = views.history_page(&store, account, after).await?;
                let last = page.last().map(|entry| entry.position);
                Ok::<_, StoreError>(last.map(|last| (futures::stream::iter(page.into_iter().map(Ok)), last)))
            }
        });
        pages.try_flatten()
    }

    async fn history_page(
        &self,
        store: &EventStore,
        account: AccountId,
        after: i64,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let positions: Vec<i64> = sqlx::query_scalar(
            "SELECT position FROM account_history WHERE account_id = $1 AND position > $2
             ORDER BY position LIMIT $3",
        )
        .bind(account.to_string())
        .bind(after)
        .bind(PAGE)
        .fetch_all(self.pool())
        .await?;
        read_opened(store, &positions).await
    }
}

async fn read_opened(store: &EventStore, positions: &[i64]) -> Result<Vec<LogEntry>, StoreError> {
    let entries = log::read_at(store.pool(), positions).await?;
    log::open(store.keys(), entries, Freshness::Now).await
}
