//! Entries of the log, read and decrypted.

use chrono::{DateTime, Utc};
use domain::event::{Event, EventHeader, UnknownEvent};
use domain::{EventId, Upcasters};
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};

use super::Log;
use crate::encryption::AssociatedData;
use crate::encryption::event_keys::EventDecryptor;
use crate::error::StoreError;

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

/// The entries at these positions, in order.
pub async fn read_at(db: impl PgExecutor<'_>, positions: &[i64]) -> Result<Vec<LogEntry>, StoreError> {
    let statement = format!("{SELECT} WHERE l.position = ANY($1) ORDER BY l.position");
    let rows = sqlx::query(&statement).bind(positions).fetch_all(db).await?;
    rows.iter().map(entry).collect()
}

/// The newest entries of one aggregate, newest first: such as come before `before` in its stream, if given.
pub async fn read_newest_of(
    db: impl PgExecutor<'_>,
    (aggregate_type, aggregate_id): (&str, &str),
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<LogEntry>, StoreError> {
    let statement = format!(
        "{SELECT} WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 AND e.sequence < $3
         ORDER BY e.sequence DESC LIMIT $4"
    );
    let query = sqlx::query(&statement).bind(aggregate_type).bind(aggregate_id);
    let rows = query.bind(before.unwrap_or(i64::MAX)).bind(limit).fetch_all(db).await?;
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

/// Opens the personal values of entries, and lifts entries of an earlier form to that of this release. Every
/// key is asked for, since what is opened here is shown to people; values whose key was destroyed read as
/// erased. An entry with a value that does not authenticate is told as such ([`LogEntry::unreadable`]),
/// and does not keep the reader from the others.
pub async fn open(log: &Log, entries: Vec<LogEntry>) -> Result<Vec<LogEntry>, StoreError> {
    let keys =
        EventDecryptor::of(&log.keys, entries.iter().flat_map(|entry| [&entry.payload, &entry.metadata]))
            .await?;
    Ok(entries.into_iter().map(|entry| open_entry(entry, &keys, log.upcasters)).collect())
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
            (entry.event_version, entry.payload) = upcasters.upcast(&entry.event_type, version, payload);
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
