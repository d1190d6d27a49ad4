//! An aggregate as it stands: its snapshot, and the events since.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use cqrs_es::persist::PersistenceError;
use cqrs_es::{Aggregate, AggregateError};
use domain::Snapshot;
use serde_json::Value;
use uuid::Uuid;

use super::cache::Loaded;
use super::snapshot;
use super::stream::{Stream, StreamQuery};
use crate::command::sealing::{Extras, SealedEventRepository, failed};
use crate::error::StoreError;
use crate::store::EventStore;

/// Folds aggregate `id` as it is stored now.
pub(crate) async fn load<A>(store: &EventStore, id: &str) -> Result<Loaded<A>, AggregateError<A::Error>>
where
    A: Aggregate + Snapshot,
{
    let read_at = Instant::now();
    let wanted = StreamQuery {
        aggregate_type: A::TYPE,
        aggregate_id: id.to_owned(),
        schema_version: A::SCHEMA_VERSION,
    };
    let stream = store.inner.streams.get(wanted.clone()).await.map_err(failed)?.unwrap_or_default();
    store.inner.keys.preload(stream.keys(&wanted).map_err(failed)?).await;
    let kept = from_snapshot::<A>(store, &wanted, &stream).await.map_err(failed)?;
    let is_damaged = stream.snapshot.is_some() && kept.is_none();
    let (mut aggregate, mut version, mut keys) = kept.unwrap_or_default();
    let kept_at = version;
    let repository = SealedEventRepository::new(store.inner.clone(), Extras::default());
    let opened = if is_damaged {
        repository.all_events::<A>(id).await?
    } else {
        repository.open(stream.events(&wanted).map_err(failed)?).await?
    };
    keys.extend(opened.keys);
    for event in opened.events {
        let payload = serde_json::from_value(event.payload).map_err(PersistenceError::from)?;
        aggregate.apply(payload);
        version = event.sequence as u64;
    }
    Ok(Loaded { aggregate, version, snapshot_version: kept_at, keys: Arc::new(keys), read_at })
}

/// The aggregate, version and keys of the snapshot, or nothing: then all events are folded.
async fn from_snapshot<A: Aggregate>(
    store: &EventStore,
    of: &StreamQuery,
    stream: &Stream,
) -> Result<Option<(A, u64, BTreeSet<Uuid>)>, StoreError> {
    let Some(row) = &stream.snapshot else { return Ok(None) };
    match snapshot::open(&store.inner, of, row).await {
        Ok(kept) => Ok(read(kept.aggregate).map(|aggregate| (aggregate, kept.version, kept.keys))),
        Err(error) if error.is_unavailable() => Err(error),
        Err(error) => {
            let error = &error as &(dyn std::error::Error + 'static);
            let id = &of.aggregate_id;
            tracing::warn!(aggregate_type = A::TYPE, id, error, "damaged snapshot ignored");
            Ok(None)
        }
    }
}

fn read<A: Aggregate>(written: Value) -> Option<A> {
    let read = serde_json::from_value(written);
    if read.is_err() {
        tracing::warn!(aggregate_type = A::TYPE, "snapshot ignored: it does not match its schema version");
    }
    read.ok()
}

/// Whether `version` is still the newest of aggregate `id`.
pub(crate) async fn is_current<A: Aggregate>(
    store: &EventStore,
    id: &str,
    version: u64,
) -> Result<bool, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar(
        "SELECT sequence FROM events WHERE aggregate_type = $1 AND aggregate_id = $2
         ORDER BY sequence DESC LIMIT 1",
    )
    .bind(A::TYPE)
    .bind(id)
    .fetch_optional(store.pool())
    .await?;
    Ok(newest.unwrap_or_default().cast_unsigned() == version)
}
