//! An aggregate as it stands: its snapshot, and the events since.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use domain::{Snapshot, Upcasters};
use postgres_es::PostgresEventRepository;
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::cache::{AggregateCache, Loaded};
use super::snapshot;
use super::stream::{self, Stream, StreamQuery};
use crate::encryption::{self, AssociatedData, DataKey, KeyRing};
use crate::error::StoreError;
use crate::postgres::{BatchLoader, PinnedPool};

/// Events of a kind that are read at once.
pub(crate) const PAGE: i64 = 500;

/// Loads aggregates. Clones share everything.
#[derive(Clone)]
pub(crate) struct Loader {
    pool: PgPool,
    /// The stock repository: reads whole streams.
    rows: Arc<PostgresEventRepository>,
    streams: BatchLoader<StreamQuery, Stream>,
    keys: Arc<KeyRing>,
    upcasters: Upcasters,
    cache: Arc<AggregateCache>,
}

/// Opened events, and the keys that opened them.
struct Opened {
    events: Vec<SerializedEvent>,
    keys: BTreeSet<Uuid>,
}

impl Loader {
    pub(crate) fn new(pool: PgPool, lookups: PinnedPool, keys: Arc<KeyRing>, upcasters: Upcasters) -> Self {
        Self {
            rows: Arc::new(PostgresEventRepository::new(pool.clone())),
            pool,
            streams: stream::loader(lookups),
            keys,
            upcasters,
            cache: Arc::new(AggregateCache::new()),
        }
    }

    /// Aggregates as they were last seen.
    pub(crate) fn cache(&self) -> &AggregateCache {
        &self.cache
    }

    /// Folds aggregate `id` as it is stored now.
    pub(crate) async fn load<A>(&self, id: &str) -> Result<Loaded<A>, StoreError>
    where
        A: Aggregate + Snapshot,
    {
        let read_at = Instant::now();
        let wanted = StreamQuery {
            aggregate_type: A::TYPE,
            aggregate_id: id.to_owned(),
            schema_version: A::SCHEMA_VERSION,
        };
        let stream = self.stream(&wanted).await?;
        let stored = self.read_snapshot::<A>(&wanted, &stream).await?;
        let is_damaged = stream.snapshot.is_some() && stored.is_none();
        let (mut aggregate, mut version, mut keys) = stored.unwrap_or_default();
        let snapshot_version = version;
        let opened = if is_damaged {
            self.open_all::<A>(id).await?
        } else {
            self.open(stream.events(&wanted)?).await?
        };
        keys.extend(opened.keys);
        for event in opened.events {
            aggregate.apply(read(event.payload)?);
            version = event.sequence as u64;
        }
        Ok(Loaded { aggregate, version, snapshot_version, keys: Arc::new(keys), read_at })
    }

    /// All events of a stream, opened and in this release's form, without their metadata.
    pub(crate) async fn events<A: Aggregate>(&self, id: &str) -> Result<Vec<SerializedEvent>, StoreError> {
        Ok(self.open_all::<A>(id).await?.events)
    }

    /// The same of all streams of a kind, the next [`PAGE`] after the event `after`.
    pub(crate) async fn page_of(
        &self,
        aggregate_type: &'static str,
        (id, sequence): (&str, i64),
    ) -> Result<Vec<SerializedEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT aggregate_id, sequence, event_type, event_version, payload FROM events
             WHERE aggregate_type = $1 AND (aggregate_id, sequence) > ($2, $3)
             ORDER BY aggregate_id, sequence LIMIT $4",
        )
        .bind(aggregate_type)
        .bind(id)
        .bind(sequence)
        .bind(PAGE)
        .fetch_all(&self.pool)
        .await?;
        let event = |row: &PgRow| {
            Ok(SerializedEvent::new(
                row.try_get("aggregate_id")?,
                row.try_get::<i64, _>("sequence")? as usize,
                aggregate_type.to_owned(),
                row.try_get("event_type")?,
                row.try_get("event_version")?,
                row.try_get("payload")?,
                json!({}),
            ))
        };
        let events = rows.iter().map(event).collect::<Result<_, sqlx::Error>>()?;
        Ok(self.open(events).await?.events)
    }

    /// Whether `version` is still the newest of aggregate `id`.
    pub(crate) async fn is_current<A: Aggregate>(&self, id: &str, version: u64) -> Result<bool, StoreError> {
        let newest: Option<i64> = sqlx::query_scalar(
            "SELECT sequence FROM events WHERE aggregate_type = $1 AND aggregate_id = $2
             ORDER BY sequence DESC LIMIT 1",
        )
        .bind(A::TYPE)
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(newest.unwrap_or_default().cast_unsigned() == version)
    }

    async fn stream(&self, wanted: &StreamQuery) -> Result<Stream, StoreError> {
        let stream = self.streams.get(wanted.clone()).await?.unwrap_or_default();
        self.keys.preload(stream.keys(wanted)?).await;
        Ok(stream)
    }

    async fn open_all<A: Aggregate>(&self, id: &str) -> Result<Opened, StoreError> {
        self.open(self.rows.get_events::<A>(id).await.map_err(stock_error)?).await
    }

    async fn open(&self, events: Vec<SerializedEvent>) -> Result<Opened, StoreError> {
        let mut ids = BTreeSet::new();
        for event in &events {
            encryption::sealing_keys(&event.payload, &mut ids)?;
        }
        let keys = self.keys.keys_by_id(&ids).await?;
        let opened = events.into_iter().map(|event| open_event(event, &keys, self.upcasters));
        Ok(Opened { events: opened.collect::<Result<_, _>>()?, keys: keys.into_keys().collect() })
    }

    /// The aggregate, version and keys of the snapshot, or nothing: then all events are folded.
    async fn read_snapshot<A: Aggregate>(
        &self,
        of: &StreamQuery,
        stream: &Stream,
    ) -> Result<Option<(A, u64, BTreeSet<Uuid>)>, StoreError> {
        let Some(row) = &stream.snapshot else { return Ok(None) };
        match snapshot::open(&self.keys, of, row).await {
            Ok(stored) => {
                Ok(snapshot_of(stored.aggregate).map(|aggregate| (aggregate, stored.version, stored.keys)))
            }
            Err(error) if error.is_unavailable() => Err(error),
            Err(error) => {
                let error = &error as &(dyn std::error::Error + 'static);
                let id = &of.aggregate_id;
                tracing::warn!(aggregate_type = A::TYPE, id, error, "damaged snapshot ignored");
                Ok(None)
            }
        }
    }
}

fn read<E: serde::de::DeserializeOwned>(payload: Value) -> Result<E, StoreError> {
    // The text of such an error may quote what is stored.
    serde_json::from_value(payload).map_err(|error| {
        StoreError::Unreadable(format!("an event has not the form it should have ({:?})", error.classify()))
    })
}

/// The error of the stock repository as ours.
fn stock_error(error: PersistenceError) -> StoreError {
    let (PersistenceError::ConnectionError(source)
    | PersistenceError::DeserializationError(source)
    | PersistenceError::UnknownError(source)) = error
    else {
        return StoreError::Unreadable("a stream cannot be read".to_owned());
    };
    match source.downcast::<sqlx::Error>() {
        Ok(error) => StoreError::from(*error),
        // Its text may quote what is stored.
        Err(_) => StoreError::Unreadable("a stream has not the form it should have".to_owned()),
    }
}

fn snapshot_of<A: Aggregate>(written: Value) -> Option<A> {
    let read = serde_json::from_value(written);
    if read.is_err() {
        tracing::warn!(aggregate_type = A::TYPE, "snapshot ignored: it does not match its schema version");
    }
    read.ok()
}

/// Aggregates do not look at metadata: none of it is handed over, so none of it need be opened.
fn open_event(
    mut event: SerializedEvent,
    keys: &HashMap<Uuid, Arc<DataKey>>,
    upcasters: Upcasters,
) -> Result<SerializedEvent, encryption::SealError> {
    let payload = std::mem::take(&mut event.payload);
    let payload = encryption::open_payload(payload, AssociatedData::of(&event, "payload"), keys)?;
    let version = std::mem::take(&mut event.event_version);
    (event.event_version, event.payload) = upcasters.upcast(&event.event_type, version, payload);
    event.metadata = json!({});
    Ok(event)
}
