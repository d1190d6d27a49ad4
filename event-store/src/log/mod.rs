//! Reading the one order of everything.

pub(crate) mod appenders;
pub(crate) mod epoch;
pub mod lag;
pub(crate) mod position_cache;
mod position_token;
pub mod sequencer;
pub mod subscription;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::event::{Event, EventHeader, UnknownEvent};
use domain::{EventId, Upcasters};
use futures::FutureExt;
use serde_json::{Map, Value};
use sqlx::postgres::{PgListener, PgRow};
use sqlx::{PgExecutor, PgPool, Row};
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use sequencer::Sequencer;

use crate::encryption::AssociatedData;
use crate::encryption::event_keys::EventDecryptor;
use crate::error::StoreError;
use crate::log::position_cache::PositionLookup;
use crate::log::subscription::LogRecord;
use crate::postgres::BatchLoader;
use crate::postgres::backoff::Delays;
use crate::postgres::{Begun, PinnedPool};
use crate::store::{EventStore, Inner};

/// The channel on which the sequencer says how far the log has come.
pub(crate) const CHANNEL: &str = "log_head";
/// How often an event's position is asked for.
const LOOK: Duration = Duration::from_millis(20);
/// How far the times of two events may be apart that lie in the log the other way round. Ours are open for
/// half a minute at most.
const DISORDER: chrono::Duration = chrono::Duration::minutes(10);
/// How often the head is asked for although nobody announced a new one.
const POLL: Duration = Duration::from_secs(1);

/// How far the log has come, as far as this process knows. It grows, unless the database lost rows.
#[derive(Default)]
pub struct LogHead(watch::Sender<i64>);

impl LogHead {
    /// Follows the head.
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.0.subscribe()
    }

    /// The newest position known.
    pub fn position(&self) -> i64 {
        *self.0.borrow()
    }

    /// The table ends at `newest`, and was asked when the head was at `known`, which had been in it. So where
    /// it says less, as after a fail-over to a standby that was behind, rows are lost, and the head goes back.
    fn found(&self, known: i64, newest: i64) {
        if newest >= known {
            return self.advance(newest);
        }
        let went_back = self.0.send_if_modified(|head| {
            let lost = *head == known;
            *head = if lost { newest } else { *head };
            lost
        });
        if went_back {
            tracing::warn!(
                known,
                newest,
                "the log is shorter than before: the database lost its newest rows"
            );
        }
    }

    /// The log has come to `position`.
    pub(crate) fn advance(&self, position: i64) {
        self.0.send_if_modified(|head| {
            let news = position > *head;
            *head = position.max(*head);
            news
        });
    }
}

/// An event of the log, as stored: its personal values are sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Its place in the order of everything, from 1.
    pub position: i64,
    /// Its id.
    pub event_id: EventId,
    /// The stream.
    pub aggregate_type: String,
    /// The stream.
    pub aggregate_id: String,
    /// Its place in the stream, from 1.
    pub sequence: i64,
    /// What happened, as a name.
    pub event_type: String,
    /// The version of its form.
    pub event_version: String,
    /// What happened.
    pub payload: Value,
    /// Who did it, from where and why.
    pub metadata: Value,
    /// When it was stored.
    pub recorded_at: DateTime<Utc>,
    /// Why it cannot be read, where that was found when it was opened: there is nothing of it then.
    pub unreadable: Option<String>,
}

impl LogEntry {
    fn place(&self, column: &'static str) -> AssociatedData<'_> {
        AssociatedData {
            aggregate_type: &self.aggregate_type,
            aggregate_id: &self.aggregate_id,
            sequence: self.sequence,
            event_type: &self.event_type,
            column,
        }
    }

    /// What it says of its own form.
    pub fn form(&self) -> EventHeader<'_> {
        EventHeader {
            aggregate_type: &self.aggregate_type,
            event_type: &self.event_type,
            event_version: &self.event_version,
        }
    }

    /// The event itself, of an opened entry.
    ///
    /// # Errors
    /// When this release does not know its form. The error quotes nothing of it.
    pub fn event(&self) -> Result<Event, UnknownEvent> {
        Event::from_value(self.form(), self.payload.clone())
    }

    /// A member of the metadata that is text.
    pub fn metadata_text(&self, name: &str) -> Option<&str> {
        self.metadata.get(name).and_then(Value::as_str)
    }
}

const SELECT: &str = "
SELECT l.position, e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version,
       e.payload, e.metadata, e.recorded_at
FROM log l JOIN events e USING (era, xid, ord)";

/// That something happened after `position`, in order, at most `limit` times: nothing of what happened leaves
/// the database.
///
/// # Errors
/// When the store fails.
pub async fn facts_after(
    db: impl PgExecutor<'_>,
    position: i64,
    limit: i64,
) -> Result<Vec<LogRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT l.position, e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.recorded_at
         FROM log l JOIN events e USING (era, xid, ord) WHERE l.position > $1 ORDER BY l.position LIMIT $2",
    )
    .bind(position)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.iter().map(LogRecord::unread).collect::<Result<_, _>>()?)
}

/// The entries at these positions, in order.
///
/// # Errors
/// When the store fails.
pub async fn read_at(db: impl PgExecutor<'_>, positions: &[i64]) -> Result<Vec<LogEntry>, StoreError> {
    let statement = format!("{SELECT} WHERE l.position = ANY($1) ORDER BY l.position");
    let rows = sqlx::query(&statement).bind(positions).fetch_all(db).await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &PgRow) -> Result<LogEntry, StoreError> {
    Ok(LogEntry {
        position: row.try_get("position")?,
        event_id: EventId::from_uuid(row.try_get("event_id")?),
        aggregate_type: row.try_get("aggregate_type")?,
        aggregate_id: row.try_get("aggregate_id")?,
        sequence: row.try_get("sequence")?,
        event_type: row.try_get("event_type")?,
        event_version: row.try_get("event_version")?,
        payload: row.try_get("payload")?,
        metadata: row.try_get("metadata")?,
        recorded_at: row.try_get("recorded_at")?,
        unreadable: None,
    })
}

/// The newest position of all.
///
/// # Errors
/// When the store fails.
pub async fn newest_position(db: impl PgExecutor<'_>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(position), 0) FROM log").fetch_one(db).await?)
}

/// When the event at a position was stored, if there is one.
///
/// # Errors
/// When the store fails.
pub async fn recorded_at(
    db: impl PgExecutor<'_>,
    position: i64,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let statement = "SELECT recorded_at FROM log JOIN events USING (era, xid, ord) WHERE position = $1";
    Ok(sqlx::query_scalar(statement).bind(position).fetch_optional(db).await?)
}

/// A position at or after which nothing was stored at or before `instant`. Found by halving, since events lie
/// in the log nearly in the order of their times: nearly, because what is stored side by side may be
/// ordered otherwise, and a transaction may be open for a while ([`DISORDER`]).
///
/// # Errors
/// When the store fails.
pub async fn position_beyond(pool: &PgPool, instant: DateTime<Utc>) -> Result<i64, StoreError> {
    let later = instant.checked_add_signed(DISORDER).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let (mut before, mut beyond) = (0, newest_position(pool).await? + 1);
    while beyond - before > 1 {
        let middle = before + (beyond - before) / 2;
        match recorded_at(pool, middle).await? {
            Some(at) if at <= later => before = middle,
            _ => beyond = middle,
        }
    }
    Ok(beyond)
}

/// Opens the personal values of entries, and lifts entries of an earlier form to that of this release. Every
/// key is asked for, since what is opened here is shown to people; values whose key was destroyed read as
/// erased. An entry with a value that does not authenticate is told as such ([`LogEntry::unreadable`]),
/// and does not keep anybody from the others.
///
/// # Errors
/// When the store fails.
pub async fn open(store: &EventStore, entries: Vec<LogEntry>) -> Result<Vec<LogEntry>, StoreError> {
    let keys =
        EventDecryptor::of(store.keys(), entries.iter().flat_map(|entry| [&entry.payload, &entry.metadata])).await?;
    Ok(entries.into_iter().map(|entry| open_entry(entry, &keys, store.upcasters())).collect())
}

fn open_entry(mut entry: LogEntry, keys: &EventDecryptor, upcasters: Upcasters) -> LogEntry {
    let (payload, metadata) = (std::mem::take(&mut entry.payload), std::mem::take(&mut entry.metadata));
    let plain = plain_members(&metadata);
    let opened = keys
        .open(payload, entry.place("payload"))
        .and_then(|payload| Ok((payload, keys.open(metadata, entry.place("metadata"))?)));
    match opened {
        Ok((payload, metadata)) => {
            entry.metadata = metadata;
            let version = std::mem::take(&mut entry.event_version);
            (entry.event_version, entry.payload) = upcasters.lift(&entry.event_type, version, payload);
        }
        Err(error) => {
            tracing::error!(
                event_id = %entry.event_id,
                position = entry.position,
                error = &error as &dyn std::error::Error,
                "an event cannot be read: `personal-settings audit verify` says what else was changed"
            );
            (entry.payload, entry.metadata) = (Value::Object(Map::new()), plain);
            entry.unreadable = Some(error.to_string());
        }
    }
    entry
}

/// Those that are text: who acted and why is sealed nowhere.
fn plain_members(metadata: &Value) -> Value {
    let members = metadata.as_object().into_iter().flatten().filter(|(_, value)| value.is_string());
    members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}

pub(crate) async fn position_of(
    inner: &Inner,
    event: EventId,
    patience: Duration,
) -> Result<Option<i64>, StoreError> {
    let deadline = Instant::now() + patience;
    let mut head = inner.head.subscribe();
    let soon = || deadline.min(Instant::now() + LOOK);
    loop {
        head.mark_unchanged();
        let placed = match inner.placed.lookup(event.uuid()) {
            PositionLookup::Found(position) => Some(position),
            PositionLookup::Coming(told) => timeout_at(soon(), told).await.ok().and_then(Result::ok),
            PositionLookup::Unknown => None,
        };
        let position = match placed {
            Some(position) => Some(position),
            None => inner.positions.get(event.uuid()).await?,
        };
        if position.is_some() || Instant::now() >= deadline {
            return Ok(position);
        }
        // News of the head comes at once where this process follows it; where it does not, we look again.
        let _ = timeout_at(soon(), head.changed()).await;
    }
}

/// The positions of events that have one, looked up for many at once.
pub(crate) fn positions(lookups: PinnedPool) -> BatchLoader<Uuid, i64> {
    BatchLoader::new(move |events| {
        let lookups = lookups.clone();
        async move {
            let mut db = lookups.take().await?;
            let found: Vec<(Uuid, i64)> =
                sqlx::query_as("SELECT event_id, position FROM log WHERE event_id = ANY($1)")
                    .bind(events)
                    .fetch_all(&mut *db)
                    .await?;
            db.release();
            Ok(found.into_iter().collect())
        }
        .boxed()
    })
}

/// Keeps the store's [`LogHead`] up to date until `stop`. Every process runs one.
pub async fn follow_head(store: EventStore, stop: CancellationToken) {
    let mut delays = Delays::new(Duration::from_millis(100), Duration::from_secs(5));
    while !stop.is_cancelled() {
        let followed = tokio::select! {
            () = stop.cancelled() => return,
            followed = listen(&store, &mut delays) => followed,
        };
        if let Err(error) = followed {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "listening for new log positions failed"
            );
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = delays.wait() => {}
        }
    }
}

async fn listen(store: &EventStore, delays: &mut Delays) -> Result<(), StoreError> {
    let begun = Begun::now();
    let mut listener = PgListener::connect_with(store.pool()).await?;
    listener.listen(CHANNEL).await?;
    // A server that became a standby announces nothing.
    while !begun.is_stale() {
        let known = store.head().position();
        store.head().found(known, newest_position(store.pool()).await?);
        delays.reset();
        // Announcements of the next second are taken as they come; then the table is asked again.
        let until = Instant::now() + POLL;
        while let Ok(notification) = timeout_at(until, listener.recv()).await {
            if let Ok(position) = notification?.payload().parse() {
                store.head().advance(position);
            }
        }
    }
    Ok(())
}

/// Waits until the log has grown beyond `position`, or `at_most` has passed. To be called when nothing was
/// found there; if the head is said to be further, as after a failover that lost the newest rows, this
/// keeps the caller from spinning until the head goes back too ([`follow_head`]).
pub async fn wait_beyond(head: &mut watch::Receiver<i64>, position: i64, at_most: Duration) {
    if *head.borrow() > position {
        return tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // An error means the store is gone, or time is up: either way the caller looks again.
    let _ = timeout(at_most, head.wait_for(|head| *head > position)).await;
}

/// The number of appended events that have no position yet.
///
/// # Errors
/// When the store fails.
pub async fn lag(pool: &PgPool) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM events WHERE (era, xid, ord) > (
             SELECT coalesce(max(era), 0::smallint), coalesce(max(xid), '0'::xid8), coalesce(max(ord), 0)
             FROM (SELECT era, xid, ord FROM log ORDER BY position DESC LIMIT 1) AS newest)",
    )
    .fetch_one(pool)
    .await?)
}
