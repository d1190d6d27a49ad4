//! An aggregate as it stands: its snapshot, and the events since.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use cqrs_es::Aggregate;
use cqrs_es::persist::SerializedEvent;
use domain::{Snapshot, Upcasters};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::cache::{AggregateCache, Loaded};
use super::snapshot;
use super::stream::{self, Stream, StreamQuery};
use crate::encryption::{self, AssociatedData, DataKey, KeyRing};
use crate::error::StoreError;
use crate::postgres::{BatchLoader, PinnedPool};

/// Loads aggregates. Clones share everything.
#[derive(Clone)]
pub(crate) struct Loader {
    pool: PgPool,
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
        let wanted = query(A::TYPE, id, Some(A::SCHEMA_VERSION));
        let stream = self.stream(&wanted).await?;
        let stored = self.read_snapshot::<A>(&wanted, &stream).await?;
        let is_damaged = stream.snapshot.is_some() && stored.is_none();
        let (mut aggregate, mut version, mut keys) = stored.unwrap_or_default();
        let snapshot_version = version;
        let opened = if is_damaged {
            self.open_all(A::TYPE, id).await?
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
    pub(crate) async fn events(
        &self,
        aggregate_type: &'static str,
        id: &str,
    ) -> Result<Vec<SerializedEvent>, StoreError> {
        Ok(self.open_all(aggregate_type, id).await?.events)
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

    async fn open_all(&self, aggregate_type: &'static str, id: &str) -> Result<Opened, StoreError> {
        let wanted = query(aggregate_type, id, None);
        self.open(self.stream(&wanted).await?.events(&wanted)?).await
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

fn query(aggregate_type: &'static str, id: &str, schema_version: Option<i32>) -> StreamQuery {
    StreamQuery { aggregate_type, aggregate_id: id.to_owned(), schema_version }
}

fn read<E: serde::de::DeserializeOwned>(payload: Value) -> Result<E, StoreError> {
    // The text of such an error may quote what is stored.
    serde_json::from_value(payload).map_err(|error| {
        StoreError::Unreadable(format!("an event has not the form it should have ({:?})", error.classify()))
    })
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
    (event.event_version, event.payload) = upcasters.lift(&event.event_type, version, payload);
    event.metadata = json!({});
    Ok(event)
}
