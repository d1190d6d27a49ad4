//! Following the log page by page: each event read once, and only as far as its reader needs it.
//!
//! A [`LogSubscription`] serves read models. What of an event is not wanted does not leave the database; personal values
//! are opened with one look-up of keys a page; old forms are lifted. An event that cannot be read is handed
//! over as [`Content::Unreadable`], for its reader to decide what becomes of it: one such event must not keep
//! the others. Memory is bounded by the bytes of a page, whatever the size of an event. Nothing is written;
//! a crash loses nothing but the page.

use chrono::{DateTime, Utc};
use domain::event::{Event, EventHeader};
use domain::{EventId, Upcasters};
use futures::TryStreamExt;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};
use uuid::Uuid;

use super::Log;
use crate::encryption::event_keys::EventDecryptor;
use crate::encryption::{AssociatedData, ColumnKey};
use crate::error::StoreError;

/// The most events of a page.
pub const LARGEST_PAGE: i64 = 4_000;
/// The most bytes of payloads of a page: it may have more by its last event.
const BYTES: usize = 8 * 1024 * 1024;
/// Events opened between two occasions for others to run.
const YIELD_EVERY: usize = 64;
/// How a sealed value begins.
const ENVELOPE: &str = "\"$enc\"";

/// What a reader wants of the log.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    /// Events of which aggregates.
    pub aggregate_types: &'static [&'static str],
    /// Of which of these it reads more than that they happened.
    pub payloads: Payloads,
    /// Whether personal values are opened. A reader of events that have some must say so.
    pub decrypt: bool,
    /// Of events of which aggregates it wants to know who brought them about.
    pub with_actor_for: &'static [&'static str],
}

/// Types of events.
#[derive(Clone, Copy, Debug)]
pub enum Payloads {
    /// All but these: for a reader that has to read whatever a later release may add.
    AllBut(&'static [&'static str]),
    /// These alone.
    Only(&'static [&'static str]),
}

/// An event in the log, as far as its reader needs it.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// Its place in the order of everything.
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
    /// When it was stored.
    pub recorded_at: DateTime<Utc>,
    /// Who brought it about, where its reader wants to know.
    pub actor: Option<String>,
    /// The key its personal values were sealed with, where they were opened: for a read model that seals them anew.
    pub key: Option<ColumnKey>,
    /// What happened.
    pub content: Content,
}

/// What is known of an event.
#[derive(Clone, Debug)]
pub enum Content {
    /// All of it.
    Event(Event),
    /// That it happened: its reader wants no more.
    Skipped,
    /// That it happened, and why it cannot be read: without anything personal.
    Unreadable(String),
}

impl LogRecord {
    /// What the columns of these names say.
    pub(crate) fn unread(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get("position")?,
            event_id: EventId::from_uuid(row.try_get("event_id")?),
            aggregate_type: row.try_get("aggregate_type")?,
            aggregate_id: row.try_get("aggregate_id")?,
            sequence: row.try_get("sequence")?,
            event_type: row.try_get("event_type")?,
            recorded_at: row.try_get("recorded_at")?,
            actor: None,
            key: None,
            content: Content::Skipped,
        })
    }

    /// The event, where it was read.
    pub fn event(&self) -> Option<&Event> {
        match &self.content {
            Content::Event(event) => Some(event),
            Content::Skipped | Content::Unreadable(_) => None,
        }
    }
}

/// Some of the log, without a gap.
#[derive(Clone, Debug)]
pub struct Page {
    /// The position before its first.
    pub after: i64,
    /// Its last position.
    pub last: i64,
    /// What was selected of it, in order.
    pub facts: Vec<LogRecord>,
}

/// See the module.
pub struct LogSubscription {
    log: Log,
    selection: Selection,
    position: i64,
    limit: i64,
}

/// The row of an event, before it is opened.
struct Raw {
    fact: LogRecord,
    version: String,
    payload: Payload,
}

enum Payload {
    None,
    Plain(String),
    Sealed(Value),
}

/// What is selected of a page, and its last row in any case. `LATERAL … LIMIT 1` is a look-up in an index whatever the
/// planner thinks of the table: it must never read all of `events` for a page.
const COLUMNS: &str = "
WITH p AS MATERIALIZED (pages)
SELECT p.position, e.*
FROM p LEFT JOIN LATERAL (
    SELECT e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version,
           e.recorded_at, CASE WHEN (e.event_type = ANY($2)) = $3 THEN e.payload::text END AS payload,
           CASE WHEN e.aggregate_type = ANY($6) THEN e.metadata->>'actor' END AS actor
    FROM events e
    WHERE e.era = p.era AND e.xid = p.xid AND e.ord = p.ord AND e.aggregate_type = ANY($1) LIMIT 1
) e ON true
WHERE e.event_id IS NOT NULL OR p.position = (SELECT max(position) FROM p)
ORDER BY p.position";
const AFTER: &str = "SELECT position, era, xid, ord FROM log WHERE position > $4 ORDER BY position LIMIT $5";
const AT: &str =
    "SELECT position, era, xid, ord FROM log WHERE position = ANY($4) ORDER BY position LIMIT $5";

impl LogSubscription {
    /// Follows the log after `position`.
    pub fn new(log: Log, selection: Selection, position: i64) -> Self {
        Self { log, selection, position, limit: LARGEST_PAGE }
    }

    /// How far it has come.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// The next page; `None` at the end of the log.
    pub async fn next(&mut self) -> Result<Option<Page>, StoreError> {
        self.next_until(i64::MAX).await
    }

    /// The next page that ends at or before position `until`; `None` when there is nothing more before it.
    pub async fn next_until(&mut self, until: i64) -> Result<Option<Page>, StoreError> {
        let limit = self.limit.min(until.saturating_sub(self.position));
        if limit <= 0 {
            return Ok(None);
        }
        let (rows, bytes) = self.read(limit).await?;
        let Some((last, _)) = rows.last() else { return Ok(None) };
        let (after, last) = (self.position, *last);
        // Pages shrink while events are large, so that few rows are read in vain; and grow again.
        self.limit = if bytes < BYTES { (self.limit * 2).min(LARGEST_PAGE) } else { last - after };
        let raw = rows.into_iter().filter_map(|(_, raw)| raw).collect();
        let facts = open(&self.log, raw).await?;
        self.position = last;
        Ok(Some(Page { after, last, facts }))
    }

    /// Positions, with the rows of those that are selected, and the bytes of all of them.
    async fn read(&self, limit: i64) -> Result<(Vec<(i64, Option<Raw>)>, usize), StoreError> {
        let statement = COLUMNS.replacen("pages", AFTER, 1);
        let (types, wanted) = self.selection.payloads.parameters();
        let mut db = self.log.reading.take().await?;
        let mut rows = sqlx::query(&statement)
            .bind(self.selection.aggregate_types)
            .bind(types)
            .bind(wanted)
            .bind(self.position)
            .bind(limit)
            .bind(self.selection.with_actor_for)
            .fetch(&mut *db);
        let (mut read, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await? {
            let raw = raw(&row, self.selection.decrypt, &mut bytes)?;
            read.push((row.try_get("position")?, raw));
            if bytes >= BYTES {
                drop(rows);
                db.return_checked();
                return Ok((read, bytes));
            }
        }
        drop(rows);
        db.release();
        Ok((read, bytes))
    }
}

/// That something happened after `position`, in order, at most `limit` times: nothing of what happened leaves
/// the database.
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

/// What is selected of the events at these positions, in order.
pub async fn read_at(
    log: &Log,
    selection: Selection,
    positions: &[i64],
) -> Result<Vec<LogRecord>, StoreError> {
    let statement = COLUMNS.replacen("pages", AT, 1);
    let (types, wanted) = selection.payloads.parameters();
    let rows = sqlx::query(&statement)
        .bind(selection.aggregate_types)
        .bind(types)
        .bind(wanted)
        .bind(positions)
        .bind(i64::MAX)
        .bind(selection.with_actor_for)
        .fetch_all(&log.pool)
        .await?;
    let raw = rows.iter().filter_map(|row| raw(row, selection.decrypt, &mut 0).transpose());
    open(log, raw.collect::<Result<_, _>>()?).await
}

impl Payloads {
    fn parameters(self) -> (&'static [&'static str], bool) {
        match self {
            Self::AllBut(types) => (types, false),
            Self::Only(types) => (types, true),
        }
    }
}

fn raw(row: &PgRow, opened: bool, bytes: &mut usize) -> Result<Option<Raw>, StoreError> {
    if row.try_get::<Option<Uuid>, _>("event_id")?.is_none() {
        return Ok(None);
    }
    let mut fact = LogRecord::unread(row)?;
    fact.actor = row.try_get("actor")?;
    let text: Option<String> = row.try_get("payload")?;
    *bytes += text.as_ref().map_or(0, String::len);
    let payload = match text {
        None => Payload::None,
        // A marker inside a text costs a look in vain, no more.
        Some(text) if opened && text.contains(ENVELOPE) => match serde_json::from_str(&text) {
            Ok(value) => Payload::Sealed(value),
            Err(_) => {
                fact.content = Content::Unreadable("it cannot be parsed".to_owned());
                Payload::None
            }
        },
        Some(text) => Payload::Plain(text),
    };
    Ok(Some(Raw { fact, version: row.try_get("event_version")?, payload }))
}

async fn open(log: &Log, raw: Vec<Raw>) -> Result<Vec<LogRecord>, StoreError> {
    let sealed = raw.iter().filter_map(|raw| match &raw.payload {
        Payload::Sealed(value) => Some(value),
        Payload::None | Payload::Plain(_) => None,
    });
    let keys = EventDecryptor::of(&log.keys, sealed).await?;
    let mut facts = Vec::with_capacity(raw.len());
    for (n, raw) in raw.into_iter().enumerate() {
        if n % YIELD_EVERY == 0 {
            tokio::task::yield_now().await;
        }
        facts.push(read(raw, &keys, log.upcasters));
    }
    Ok(facts)
}

fn read(raw: Raw, keys: &EventDecryptor, upcasters: Upcasters) -> LogRecord {
    let Raw { mut fact, version, payload } = raw;
    let read = match payload {
        Payload::None => return fact,
        Payload::Plain(text) if upcasters.concern(&fact.event_type, &version) => {
            serde_json::from_str(&text).map_err(|_| "it cannot be parsed".to_owned())
        }
        Payload::Plain(text) => {
            let event = Event::from_text(form(&fact, &version), &text);
            fact.content = content(event.map_err(|error| error.to_string()));
            return fact;
        }
        Payload::Sealed(value) => {
            fact.key = keys.only(&value);
            keys.open(value, place(&fact)).map_err(|error| error.to_string())
        }
    };
    let event = read.and_then(|value| {
        let (version, value) = upcasters.upcast(&fact.event_type, version, value);
        Event::from_value(form(&fact, &version), value).map_err(|error| error.to_string())
    });
    fact.content = content(event);
    fact
}

fn content(read: Result<Event, String>) -> Content {
    read.map_or_else(Content::Unreadable, Content::Event)
}

fn form<'a>(fact: &'a LogRecord, event_version: &'a str) -> EventHeader<'a> {
    EventHeader { aggregate_type: &fact.aggregate_type, event_type: &fact.event_type, event_version }
}

fn place(fact: &LogRecord) -> AssociatedData<'_> {
    AssociatedData {
        aggregate_type: &fact.aggregate_type,
        aggregate_id: &fact.aggregate_id,
        sequence: fact.sequence,
        event_type: &fact.event_type,
        column: "payload",
    }
}
