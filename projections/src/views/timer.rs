//! Timers that are set: what time alone will bring about ([`domain::timer`]).

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::account::Account;
use domain::organization::Organization;
use domain::project::Project;
use domain::{Event, TimerChange};
use event_store::StoreError;
use event_store::log::subscription::{LogRecord, Payloads, Selection};
use sqlx::PgConnection;

use crate::engine::projection::{ApplyError, Projection, Table, Writing};
use crate::views::Views;

/// The name of its cursor.
pub const NAME: &str = "timer";

/// Events that touch no timer. What is not named here is read: a later release may have added it.
const NO_TIMER: [&str; 10] = [
    "account.signed_in",
    "account.signed_out",
    "account.second_factor_asked",
    "account.reauthenticated",
    "account.password_changed",
    "account.preferences_changed",
    "account.history_viewed",
    "account.registered",
    "account.name_changed",
    "project.credentials_revealed",
];

/// The reducer.
pub struct TimerProjection;

#[async_trait]
impl Projection for TimerProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "timer", writing: Writing::ByKey }]
    }

    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &[Account::TYPE, Organization::TYPE, Project::TYPE],
            payloads: Payloads::AllBut(&NO_TIMER),
            // Nothing personal is kept, but what is sealed is no event before it is opened.
            decrypt: true,
            with_actor_for: &[],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError> {
        let mut changes: BTreeMap<Stream<'_>, Changes> = BTreeMap::new();
        for fact in facts {
            for change in fact.event().map(Event::timers).unwrap_or_default() {
                let stream = (fact.aggregate_type.as_str(), fact.aggregate_id.as_str());
                changes.entry(stream).or_default().apply(change, fact.recorded_at);
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        clear(db, &changes).await?;
        Ok(set(db, &changes).await?)
    }
}

type Stream<'a> = (&'a str, &'a str);

/// What becomes of the timers of an aggregate.
#[derive(Default)]
struct Changes {
    /// None of those from before goes off any more.
    all_cleared: bool,
    cleared: BTreeSet<String>,
    set: BTreeMap<String, DateTime<Utc>>,
}

impl Changes {
    fn apply(&mut self, change: TimerChange, now: DateTime<Utc>) {
        match change {
            TimerChange::Set { name, at } => drop(self.set.insert(name, at)),
            TimerChange::Due { name } => drop(self.set.insert(name, now)),
            TimerChange::Clear { name } => {
                self.set.remove(&name);
                self.cleared.insert(name);
            }
            TimerChange::ClearAll => {
                self.set.clear();
                self.all_cleared = true;
            }
        }
    }
}

async fn clear(db: &mut PgConnection, changes: &BTreeMap<Stream<'_>, Changes>) -> Result<(), StoreError> {
    let (mut types, mut ids, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for ((aggregate_type, id), of) in changes {
        let all = of.all_cleared.then_some(None);
        for name in all.into_iter().chain(of.cleared.iter().map(|name| Some(name.as_str()))) {
            types.push(*aggregate_type);
            ids.push(*id);
            names.push(name);
        }
    }
    sqlx::query(
        "DELETE FROM timer t USING unnest($1::text[], $2::text[], $3::text[]) AS c (aggregate_type, aggregate_id, name)
         WHERE t.aggregate_type = c.aggregate_type AND t.aggregate_id = c.aggregate_id
           AND (c.name IS NULL OR t.name = c.name)",
    )
    .bind(types)
    .bind(ids)
    .bind(names)
    .execute(db)
    .await?;
    Ok(())
}

async fn set(db: &mut PgConnection, changes: &BTreeMap<Stream<'_>, Changes>) -> Result<(), StoreError> {
    let all = || changes.iter().flat_map(|(stream, of)| of.set.iter().map(move |timer| (stream, timer)));
    sqlx::query(
        "INSERT INTO timer (aggregate_type, aggregate_id, name, due_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
         ON CONFLICT (aggregate_type, aggregate_id, name) DO UPDATE SET due_at = excluded.due_at",
    )
    .bind(all().map(|(stream, _)| stream.0).collect::<Vec<_>>())
    .bind(all().map(|(stream, _)| stream.1).collect::<Vec<_>>())
    .bind(all().map(|(_, (name, _))| name.as_str()).collect::<Vec<_>>())
    .bind(all().map(|(_, (_, at))| *at).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// An aggregate with a timer that is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct DueTimer {
    /// When it goes off.
    pub due_at: DateTime<Utc>,
    /// Of what.
    pub aggregate_type: String,
    /// Of which.
    pub aggregate_id: String,
}

impl DueTimer {
    /// After all that go off at `instant`.
    pub fn beyond(instant: DateTime<Utc>) -> Self {
        // A text that sorts after every kind of aggregate.
        Self { due_at: instant, aggregate_type: "~".to_owned(), aggregate_id: String::new() }
    }
}

impl Views {
    /// Timers that go off after `after` and not after `until`, the longest waiting first. To go on, `after` is the
    /// last one of the page before.
    pub async fn timer_list_due(
        &self,
        after: &DueTimer,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<DueTimer>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT DISTINCT due_at, aggregate_type, aggregate_id FROM timer
             WHERE due_at <= $1 AND (due_at, aggregate_type, aggregate_id) > ($2, $3, $4)
             ORDER BY due_at, aggregate_type, aggregate_id LIMIT $5",
        )
        .bind(until)
        .bind(after.due_at)
        .bind(&after.aggregate_type)
        .bind(&after.aggregate_id)
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }
}
