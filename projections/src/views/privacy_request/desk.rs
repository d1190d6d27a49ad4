//! Requests of all accounts, for those who answer for the service.
//!
//! A page is merged from one range of an index for each state and kind that is wanted. So it costs the same with a
//! million requests, and whatever the filter.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::privacy_request::{Kind, PrivacyRequest, Request, State};
use domain::{AccountId, RequestId};
use event_store::log::{self, LogEntry};
use event_store::{EventStore, StoreError};

use super::RequestView;
use crate::views::Views;

/// Events of a request that are shown: the newest. A request that is well has some dozens.
const MOST_EVENTS: i64 = 1_000;

/// A privacy request as it is now, and since when it is stalled.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DeskRequest {
    /// Everything about it.
    #[sqlx(json)]
    pub request: Request,
    /// Sequence of the newest event folded in.
    pub version: i64,
    /// Since when its work is stalled; `None` while it moves.
    pub stalled_since: Option<DateTime<Utc>>,
}

impl From<DeskRequest> for RequestView {
    fn from(DeskRequest { request, version, .. }: DeskRequest) -> Self {
        Self { request, version }
    }
}

/// Which requests are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskFilter {
    /// Those in one of these states.
    pub states: Vec<State>,
    /// Those of this kind.
    pub kind: Option<Kind>,
    /// Those of this account.
    pub account: Option<AccountId>,
    /// Those that are due before this.
    pub due_before: Option<DateTime<Utc>>,
    /// Those that are stalled.
    pub stalled: bool,
}

/// The place of a request in the order of all: by due date, then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskPlace {
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// Its id.
    pub request_id: RequestId,
}

impl DeskPlace {
    /// The place of a request.
    pub fn of(request: &Request) -> Self {
        Self { due_at: request.due_at, request_id: request.request_id }
    }
}

/// One statement for each order and filter: what is not asked for is not in it.
fn statement(filter: &DeskFilter) -> String {
    let (start, past, order) = match filter.states.iter().all(|state| state.is_closed()) {
        true => ("'infinity'", "<", "DESC"),
        false => ("'-infinity'", ">", "ASC"),
    };
    let stalled = if filter.stalled { "AND v.stalled_since IS NOT NULL" } else { "" };
    let account = if filter.account.is_some() { "AND v.account_id = $6" } else { "AND $6::text IS NULL" };
    format!(
        "WITH page AS (
             SELECT found.request_id, found.due_at
             FROM unnest($1::text[], $2::text[]) AS wanted (state, kind) CROSS JOIN LATERAL (
                 SELECT v.request_id, v.due_at FROM privacy_request_view v
                 WHERE v.state = wanted.state AND v.kind = wanted.kind {stalled} {account}
                   AND v.due_at < coalesce($3::timestamptz, 'infinity')
                   AND (v.due_at, v.request_id) {past} (coalesce($4::timestamptz, {start}), $5)
                 ORDER BY v.due_at {order}, v.request_id {order} LIMIT $7) found
             ORDER BY found.due_at {order}, found.request_id {order} LIMIT $7)
         SELECT v.request, v.version, v.stalled_since
         FROM page JOIN privacy_request_view v USING (request_id)
         ORDER BY page.due_at {order}, page.request_id {order}"
    )
}

impl Views {
    /// A request, whosever it is.
    pub async fn desk_request_fetch(&self, request: RequestId) -> Result<Option<DeskRequest>, StoreError> {
        let sql = "SELECT request, version, stalled_since FROM privacy_request_view WHERE request_id = $1";
        Ok(sqlx::query_as(sql).bind(request.to_string()).fetch_optional(self.pool()).await?)
    }

    /// Requests of all accounts, those that are due first at the beginning, after the place `after` if given. Of closed
    /// ones alone those that were due last come first.
    pub async fn desk_request_list(
        &self,
        filter: &DeskFilter,
        after: Option<DeskPlace>,
        limit: i64,
    ) -> Result<Vec<DeskRequest>, StoreError> {
        let kinds = filter.kind.map_or_else(|| vec![Kind::Export, Kind::Erasure], |kind| vec![kind]);
        let ranges = filter.states.iter().flat_map(|state| kinds.iter().map(|kind| (*state, *kind)));
        let (states, kinds): (Vec<_>, Vec<_>) =
            ranges.map(|(state, kind)| (state.as_str(), kind.as_str())).unzip();
        Ok(sqlx::query_as(&statement(filter))
            .bind(states)
            .bind(kinds)
            .bind(filter.due_before)
            .bind(after.map(|place| place.due_at))
            .bind(after.map(|place| place.request_id.to_string()).unwrap_or_default())
            .bind(filter.account.map(|account| account.to_string()))
            .bind(limit)
            .fetch_all(self.pool())
            .await?)
    }

    /// The newest events of a request, opened, oldest first.
    pub async fn desk_request_history(
        &self,
        store: &EventStore,
        request: RequestId,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let positions: Vec<i64> = sqlx::query_scalar(
            "SELECT l.position FROM events e JOIN log l USING (era, xid, ord)
             WHERE e.aggregate_type = $1 AND e.aggregate_id = $2
             ORDER BY e.sequence DESC LIMIT $3",
        )
        .bind(PrivacyRequest::TYPE)
        .bind(request.to_string())
        .bind(MOST_EVENTS)
        .fetch_all(self.pool())
        .await?;
        log::open(store.log(), log::read_at(self.pool(), &positions).await?).await
    }

    /// How many open requests an account has.
    pub async fn desk_request_count_open(&self, account: AccountId) -> Result<i64, StoreError> {
        let open: Vec<&str> = State::OPEN.iter().map(|state| state.as_str()).collect();
        let sql = "SELECT count(*) FROM privacy_request_view WHERE account_id = $1 AND state = ANY($2)";
        Ok(sqlx::query_scalar(sql).bind(account.to_string()).bind(open).fetch_one(self.pool()).await?)
    }
}
