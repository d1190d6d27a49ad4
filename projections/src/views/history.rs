//! The history of an account: every event that concerns it, whatever the aggregate.
//!
//! The read model holds positions only; the events are read from the log and opened when it
//! is shown, so an erasure reaches them at once.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::account::Account;
use domain::organization::Organization;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestEvent};
use domain::project::Project;
use domain::{AccountId, Event, EventId, Topic};
use event_store::log::subscription::{LogRecord, Payloads, Selection};
use event_store::log::{self, LogEntry};
use event_store::{EventStore, StoreError};
use futures::{Stream, TryStreamExt};
use sqlx::PgConnection;

use crate::engine::projection::{ApplyError, Projection, Table, Writing};
use crate::views::Views;

/// The name of its cursor.
pub const NAME: &str = "history";
/// Entries read at once.
const PAGE_SIZE: i64 = 500;

/// The reducer.
pub struct HistoryProjection;

#[async_trait]
impl Projection for HistoryProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "account_history", writing: Writing::Added },
            Table { name: "account_history_owner", writing: Writing::ByKey },
        ]
    }

    fn revision(&self) -> i32 {
        2
    }

    /// Of the events themselves it needs only those that name an account.
    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &[Account::TYPE, PrivacyRequest::TYPE, Organization::TYPE, Project::TYPE],
            payloads: Payloads::Only(&[
                "privacy_request.received",
                "organization.member_joined",
                "organization.member_role_changed",
                "organization.member_left",
                "project.owner_added",
                "project.owner_removed",
            ]),
            decrypt: false,
            with_actor_for: &[Organization::TYPE, Project::TYPE],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError> {
        let new: BTreeMap<&str, String> = facts.iter().filter_map(|fact| named_owner(fact)).collect();
        let known = known_owners(db, facts, &new).await?;
        let mut rows: (Vec<String>, Vec<i64>) = Default::default();
        for fact in facts {
            let id = fact.aggregate_id.as_str();
            let accounts = match fact.aggregate_type.as_str() {
                Account::TYPE => BTreeSet::from([id.to_owned()]),
                PrivacyRequest::TYPE => new.get(id).or_else(|| known.get(id)).cloned().into_iter().collect(),
                _ => involved_accounts(fact),
            };
            if accounts.is_empty() && fact.aggregate_type == PrivacyRequest::TYPE {
                let reason = "no earlier event says whose it is";
                return Err(ApplyError::Refused { position: fact.position, reason });
            }
            for account in accounts {
                rows.0.push(account);
                rows.1.push(fact.position);
            }
        }
        if !new.is_empty() {
            let (ids, accounts): (Vec<&str>, Vec<&str>) =
                new.iter().map(|(id, account)| (*id, account.as_str())).unzip();
            sqlx::query(
                "INSERT INTO account_history_owner (aggregate_id, account_id)
                 SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
            )
            .bind(ids)
            .bind(accounts)
            .execute(&mut *db)
            .await?;
        }
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

/// The accounts that took part in an event of an organization or a project: its actor, and the account it concerns.
fn involved_accounts(fact: &LogRecord) -> BTreeSet<String> {
    let about = match fact.event() {
        Some(Event::Organization(event)) => event.concerns(),
        Some(Event::Project(event)) => event.concerns(),
        Some(Event::Account(_) | Event::Operator(_) | Event::PrivacyRequest(_)) | None => None,
    };
    let actor = fact.actor.as_deref().and_then(|actor| actor.parse::<AccountId>().ok());
    [about, actor].into_iter().flatten().map(|account| account.to_string()).collect()
}

/// The account an aggregate belongs to, where its first event says so.
fn named_owner(fact: &LogRecord) -> Option<(&str, String)> {
    let Some(Event::PrivacyRequest(PrivacyRequestEvent::Received { account_id, .. })) = fact.event() else {
        return None;
    };
    Some((&fact.aggregate_id, account_id.to_string()))
}

/// Whose the aggregates are that say nothing of it in these facts.
async fn known_owners(
    db: &mut PgConnection,
    facts: &[&LogRecord],
    new: &BTreeMap<&str, String>,
) -> Result<BTreeMap<String, String>, ApplyError> {
    let others = facts.iter().filter(|fact| fact.aggregate_type == PrivacyRequest::TYPE);
    let ids: BTreeSet<&str> =
        others.map(|fact| fact.aggregate_id.as_str()).filter(|id| !new.contains_key(id)).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT aggregate_id, account_id FROM account_history_owner WHERE aggregate_id = ANY($1)",
    )
    .bind(ids.into_iter().collect::<Vec<_>>())
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Which events of a history are wanted: all, where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// What they are about.
    pub topic: Option<Topic>,
    /// From when on they were stored.
    pub from: Option<DateTime<Utc>>,
    /// By when they were stored.
    pub until: Option<DateTime<Utc>>,
}

/// Where in the log the wanted events lie.
#[derive(Clone, Copy)]
struct Bounds {
    from: i64,
    beyond: i64,
}

impl HistoryFilter {
    /// Those that were stored by `until`, if given.
    pub fn up_to(until: Option<DateTime<Utc>>) -> Self {
        Self { until, ..Self::default() }
    }

    async fn bounds(&self, store: &EventStore) -> Result<Bounds, StoreError> {
        let from = match self.from {
            Some(from) => log::position_before(store.pool(), from).await?,
            None => 0,
        };
        let beyond = match self.until {
            Some(until) => log::position_beyond(store.pool(), until).await?,
            None => i64::MAX,
        };
        Ok(Bounds { from, beyond })
    }

    fn event_types(&self) -> Option<&'static [&'static str]> {
        self.topic.map(Topic::event_types)
    }

    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at <= until)
    }
}

/// Of an account, from a position on and before another, of these types.
const WANTED: &str = "
SELECT h.position FROM account_history h
WHERE h.account_id = $1 AND h.position >= $2 AND h.position < $3
  AND ($4::text[] IS NULL OR EXISTS (
      SELECT FROM log l JOIN events e USING (era, xid, ord)
      WHERE l.position = h.position AND e.event_type = ANY($4)))";

impl Views {
    /// Events that concern an account, opened, newest first: before position `before`, if given, and such as are wanted.
    pub async fn history_list(
        &self,
        store: &EventStore,
        account: AccountId,
        (before, filter): (Option<i64>, HistoryFilter),
        limit: i64,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let bounds = filter.bounds(store).await?;
        let mut before = before.unwrap_or(i64::MAX).min(bounds.beyond);
        let mut found: Vec<LogEntry> = Vec::new();
        let wanted = usize::try_from(limit).unwrap_or_default();
        while found.len() < wanted {
            let positions: Vec<i64> =
                sqlx::query_scalar(&format!("{WANTED} ORDER BY h.position DESC LIMIT $5"))
                    .bind(account.to_string())
                    .bind(bounds.from)
                    .bind(before)
                    .bind(filter.event_types())
                    .bind(limit)
                    .fetch_all(self.pool())
                    .await?;
            let Some(last) = positions.last() else { break };
            before = *last;
            let entries = read_opened(store, &positions, filter).await?;
            found.extend(entries.into_iter().rev());
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// The position of an event that concerns an account; `None` where it is no such event.
    pub async fn history_position(
        &self,
        account: AccountId,
        event: EventId,
    ) -> Result<Option<i64>, StoreError> {
        let position = sqlx::query_scalar(
            "SELECT h.position FROM log l JOIN account_history h ON h.position = l.position
             WHERE l.event_id = $1 AND h.account_id = $2",
        );
        Ok(position.bind(event.uuid()).bind(account.to_string()).fetch_optional(self.pool()).await?)
    }

    /// The positions of all events that concern an account.
    pub async fn history_positions(&self, account: AccountId) -> Result<Vec<i64>, StoreError> {
        let positions = sqlx::query_scalar(
            "SELECT position FROM account_history WHERE account_id = $1 ORDER BY position",
        );
        Ok(positions.bind(account.to_string()).fetch_all(self.pool()).await?)
    }

    /// All events that concern an account and are wanted; opened, oldest first, page by page.
    pub fn history_stream(
        &self,
        store: EventStore,
        account: AccountId,
        filter: HistoryFilter,
    ) -> impl Stream<Item = Result<LogEntry, StoreError>> + Send + 'static {
        let views = self.clone();
        let begin = HistoryPages { account: account.to_string(), filter, after: None, bounds: None };
        let pages = futures::stream::try_unfold(begin, move |mut pages| {
            let (views, store) = (views.clone(), store.clone());
            async move {
                let page = pages.next(&views, &store).await?;
                Ok::<_, StoreError>(page.map(|page| (futures::stream::iter(page.into_iter().map(Ok)), pages)))
            }
        });
        pages.try_flatten()
    }
}

/// How far a stream of a history has come.
struct HistoryPages {
    account: String,
    filter: HistoryFilter,
    /// The last position read.
    after: Option<i64>,
    /// Where something is to be found, once it was looked for.
    bounds: Option<Bounds>,
}

impl HistoryPages {
    async fn next(&mut self, views: &Views, store: &EventStore) -> Result<Option<Vec<LogEntry>>, StoreError> {
        let bounds = match self.bounds {
            Some(bounds) => bounds,
            None => *self.bounds.insert(self.filter.bounds(store).await?),
        };
        let positions: Vec<i64> = sqlx::query_scalar(&format!("{WANTED} ORDER BY h.position LIMIT $5"))
            .bind(&self.account)
            .bind(self.after.map_or(bounds.from, |after| after + 1))
            .bind(bounds.beyond)
            .bind(self.filter.event_types())
            .bind(PAGE_SIZE)
            .fetch_all(views.pool())
            .await?;
        let Some(last) = positions.last() else { return Ok(None) };
        self.after = Some(*last);
        read_opened(store, &positions, self.filter).await.map(Some)
    }
}

async fn read_opened(
    store: &EventStore,
    positions: &[i64],
    filter: HistoryFilter,
) -> Result<Vec<LogEntry>, StoreError> {
    let mut entries = log::read_at(store.pool(), positions).await?;
    entries.retain(|entry| filter.holds(entry.recorded_at));
    log::open(store.log(), entries).await
}
