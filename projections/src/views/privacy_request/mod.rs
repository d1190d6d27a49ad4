//! Privacy requests as they are now, and when the next step of each is due.
//!
//! The row holds the aggregate itself, folded by the domain's own `apply`, so that this view and the
//! planner can never disagree about a request.

mod desk;
mod statistics;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::privacy_request::{Kind, PrivacyRequest, PrivacyRequestEvent, Request, next_at};
use domain::{AccountId, Event, RequestId};
use event_store::log::subscription::{LogRecord, Payloads, Selection};
use event_store::{BatchLoader, PinnedPool, StoreError};
use futures::FutureExt;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::engine::projection::{ApplyError, Projection, Table, Writing};
use crate::views::Views;

pub use desk::{DeskFilter, DeskPlace, DeskRequest};
pub use statistics::{Count, DayCount, RequestStatistics, TimeToCompletion};

/// The name of its cursor.
pub const NAME: &str = "privacy_request";
/// Its form. Since 2 it says when a request was completed, and since when it is stalled.
const REVISION: i32 = 2;

/// A text that sorts after every id.
const AFTER_EVERY_ID: &str = "~";

/// A privacy request as it is now.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RequestView {
    /// Everything about it.
    #[sqlx(json)]
    pub request: Request,
    /// Sequence of the newest event folded in.
    pub version: i64,
}

/// A row as it lies in its table.
#[derive(Default)]
struct Row {
    aggregate: PrivacyRequest,
    version: i64,
    stalled_since: Option<DateTime<Utc>>,
}

impl Row {
    fn apply(&mut self, event: &PrivacyRequestEvent, sequence: i64) {
        self.aggregate.apply(event.clone());
        self.version = sequence;
        if let PrivacyRequestEvent::Stalled { at, .. } = event {
            self.stalled_since.get_or_insert(*at);
        }
        if self.aggregate.request.as_ref().is_none_or(|request| request.stalled.is_none()) {
            self.stalled_since = None;
        }
    }
}

/// The reducer.
pub struct PrivacyRequestProjection;

#[async_trait]
impl Projection for PrivacyRequestProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn revision(&self) -> i32 {
        REVISION
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "privacy_request_view", writing: Writing::ByKey }]
    }

    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &[PrivacyRequest::TYPE],
            payloads: Payloads::AllBut(&[]),
            decrypt: false,
            with_actor_for: &[],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError> {
        let mut folded = known(db, facts).await?;
        for fact in facts {
            let Some(Event::PrivacyRequest(event)) = fact.event() else { continue };
            folded.entry(fact.aggregate_id.clone()).or_default().apply(event, fact.sequence);
        }
        let rows = folded.into_values().filter_map(|Row { aggregate, version, stalled_since }| {
            Some(DeskRequest { request: aggregate.request?, version, stalled_since })
        });
        Ok(write(db, &rows.collect::<Vec<_>>()).await?)
    }
}

/// The requests of these facts as the read model has them.
async fn known(db: &mut PgConnection, facts: &[&LogRecord]) -> Result<BTreeMap<String, Row>, ApplyError> {
    let ids: BTreeSet<&str> = facts.iter().map(|fact| fact.aggregate_id.as_str()).collect();
    let rows: Vec<(String, String, i64, Option<DateTime<Utc>>)> = sqlx::query_as(
        "SELECT request_id, request::text, version, stalled_since
         FROM privacy_request_view WHERE request_id = ANY($1)",
    )
    .bind(ids.into_iter().collect::<Vec<_>>())
    .fetch_all(db)
    .await?;
    let mut known = BTreeMap::new();
    for (id, request, version, stalled_since) in rows {
        let Ok(request) = serde_json::from_str(&request) else {
            let first = facts.iter().find(|fact| fact.aggregate_id == id);
            let position = first.map_or(0, |fact| fact.position);
            let reason = "its row is of another release: rebuild the read model";
            return Err(ApplyError::Refused { position, reason });
        };
        known
            .insert(id, Row { aggregate: PrivacyRequest { request: Some(request) }, version, stalled_since });
    }
    Ok(known)
}

async fn write(db: &mut PgConnection, rows: &[DeskRequest]) -> Result<(), StoreError> {
    let requests = || rows.iter().map(|row| &row.request);
    sqlx::query(
        "INSERT INTO privacy_request_view
             (request_id, account_id, kind, state, received_at, due_at, next_at, request, version,
              completed_at, stalled_since)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],
                              $6::timestamptz[], $7::timestamptz[], $8::jsonb[], $9::bigint[],
                              $10::timestamptz[], $11::timestamptz[])
         ON CONFLICT (request_id) DO UPDATE SET
             state = excluded.state, due_at = excluded.due_at, next_at = excluded.next_at,
             request = excluded.request, version = excluded.version,
             completed_at = excluded.completed_at, stalled_since = excluded.stalled_since",
    )
    .bind(requests().map(|request| request.request_id.to_string()).collect::<Vec<_>>())
    .bind(requests().map(|request| request.account_id.to_string()).collect::<Vec<_>>())
    .bind(requests().map(|request| request.kind.as_str()).collect::<Vec<_>>())
    .bind(requests().map(|request| request.state.as_str()).collect::<Vec<_>>())
    .bind(requests().map(|request| request.received_at).collect::<Vec<_>>())
    .bind(requests().map(|request| request.due_at).collect::<Vec<_>>())
    .bind(requests().map(next_at).collect::<Vec<_>>())
    .bind(requests().map(Json).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.version).collect::<Vec<_>>())
    .bind(requests().map(Request::completed_at).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.stalled_since).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// Looks up the versions of many requests at once.
pub(crate) fn version_loader(lookups: PinnedPool) -> BatchLoader<String, i64> {
    BatchLoader::new(move |ids| versions(lookups.clone(), ids).boxed())
}

async fn versions(lookups: PinnedPool, ids: Vec<String>) -> Result<HashMap<String, i64>, StoreError> {
    let mut db = lookups.take().await?;
    let sql = "SELECT request_id, version FROM privacy_request_view WHERE request_id = ANY($1)";
    let rows = sqlx::query_as(sql).bind(ids).fetch_all(&mut *db).await?;
    db.release();
    Ok(rows.into_iter().collect())
}

impl Views {
    /// The version of a request, whosever it is: for those who follow one and have it already.
    pub async fn request_version(&self, request: RequestId) -> Result<Option<i64>, StoreError> {
        self.request_versions.get(request.to_string()).await
    }

    /// Whose these requests are. One that is not shown yet has no account here.
    pub async fn request_accounts(
        &self,
        requests: &[RequestId],
    ) -> Result<HashMap<RequestId, AccountId>, StoreError> {
        let sql = "SELECT request_id, account_id FROM privacy_request_view WHERE request_id = ANY($1)";
        let ids: Vec<String> = requests.iter().map(ToString::to_string).collect();
        let rows: Vec<(String, String)> = sqlx::query_as(sql).bind(ids).fetch_all(self.pool()).await?;
        let read = |(request, account): (String, String)| {
            let unreadable = |what: &str| StoreError::Unreadable(format!("a request's {what}"));
            let request = request.parse().map_err(|_| unreadable("id"))?;
            Ok((request, account.parse().map_err(|_| unreadable("account"))?))
        };
        rows.into_iter().map(read).collect()
    }

    /// A request of an account. Another's request is not found.
    pub async fn request_fetch(
        &self,
        account: AccountId,
        request: RequestId,
    ) -> Result<Option<RequestView>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT request, version FROM privacy_request_view WHERE request_id = $1 AND account_id = $2",
        )
        .bind(request.to_string())
        .bind(account.to_string())
        .fetch_optional(self.pool())
        .await?)
    }

    /// The requests of an account, newest first, older than `before` if given.
    pub async fn request_list(
        &self,
        account: AccountId,
        before: Option<RequestId>,
        limit: i64,
    ) -> Result<Vec<RequestView>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT request, version FROM privacy_request_view
             WHERE account_id = $1 AND request_id < $2
             ORDER BY request_id DESC LIMIT $3",
        )
        .bind(account.to_string())
        .bind(before.map_or_else(|| AFTER_EVERY_ID.to_owned(), |id| id.to_string()))
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }

    /// Every export of an account.
    pub async fn request_list_exports(&self, account: AccountId) -> Result<Vec<RequestView>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT request, version FROM privacy_request_view WHERE account_id = $1 AND kind = $2",
        )
        .bind(account.to_string())
        .bind(Kind::Export.as_str())
        .fetch_all(self.pool())
        .await?)
    }

    /// Requests whose time to be looked at comes after `after` and not after `until`, the longest waiting
    /// first. To go on, `after` is the last one of the page before.
    pub async fn request_list_due(
        &self,
        after: (DateTime<Utc>, Option<RequestId>),
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(RequestId, DateTime<Utc>)>, StoreError> {
        // Without an id the page begins after the instant itself.
        let last = after.1.map_or_else(|| AFTER_EVERY_ID.to_owned(), |id| id.to_string());
        let rows = sqlx::query_as(
            "SELECT request_id, next_at FROM privacy_request_view
             WHERE next_at <= $1 AND (next_at, request_id) > ($2, $3)
             ORDER BY next_at, request_id LIMIT $4",
        )
        .bind(until)
        .bind(after.0)
        .bind(last)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let read = |(id, next_at): (String, _)| {
            let id = id.parse().map_err(|_| StoreError::Unreadable("a request's id".to_owned()))?;
            Ok((id, next_at))
        };
        rows.into_iter().map(read).collect()
    }
}
