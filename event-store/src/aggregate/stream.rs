//! Streams as they are stored, read for many commands at once and in one round trip: the snapshot of an aggregate, the
//! events since, and the keys of the subject that the aggregate itself is, with which most of it is sealed.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::persist::SerializedEvent;
use futures::FutureExt;
use serde_json::json;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::encryption::{KeyName, WrappedKey};
use crate::error::StoreError;
use crate::postgres::BatchLoader;
use crate::postgres::PinnedPool;

/// Which aggregate, and the form of snapshot that can be read.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct StreamQuery {
    pub aggregate_type: &'static str,
    pub aggregate_id: String,
    pub schema_version: i32,
}

/// A stream, sealed as it is stored: rows of [`SELECT`].
#[derive(Clone, Default)]
pub(crate) struct Stream {
    /// The aggregate as it was written down.
    pub snapshot: Option<Arc<PgRow>>,
    /// Those after the snapshot, in order.
    events: Vec<Arc<PgRow>>,
    keys: Vec<Arc<PgRow>>,
}

/// Aggregates do not look at metadata: it is not read.
const SELECT: &str = "
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::integer[]) AS w (aggregate_type, aggregate_id, schema_version)
), kept AS MATERIALIZED (
    SELECT w.aggregate_type, w.aggregate_id, s.sequence, s.aggregate
    FROM wanted w LEFT JOIN LATERAL (
        SELECT sequence, aggregate FROM snapshot s WHERE s.aggregate_type = w.aggregate_type
          AND s.aggregate_id = w.aggregate_id AND s.schema_version = w.schema_version LIMIT 1
    ) AS s ON true
)
SELECT 'snapshot' AS kind, aggregate_type, aggregate_id, sequence, NULL AS name, NULL AS version,
       aggregate AS content, NULL::uuid AS key_id, NULL::bytea AS wrapped
FROM kept WHERE sequence IS NOT NULL
UNION ALL
SELECT 'event', k.aggregate_type, k.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload, NULL, NULL
FROM kept k CROSS JOIN LATERAL (
    SELECT sequence, event_type, event_version, payload FROM events e
    WHERE e.aggregate_type = k.aggregate_type AND e.aggregate_id = k.aggregate_id
      AND e.sequence > coalesce(k.sequence, 0)
) AS e
UNION ALL
SELECT 'key', w.aggregate_type, w.aggregate_id, 0, k.scope, k.master_id, NULL, k.key_id, k.wrapped
FROM wanted w CROSS JOIN LATERAL (
    SELECT key_id, scope, master_id, wrapped FROM subject_key k
    WHERE k.subject = w.aggregate_id AND k.destroyed_at IS NULL
) AS k
ORDER BY sequence";

impl Stream {
    /// The events after the snapshot.
    pub(crate) fn events(&self, of: &StreamQuery) -> Result<Vec<SerializedEvent>, StoreError> {
        let event = |row: &Arc<PgRow>| {
            Ok(SerializedEvent::new(
                of.aggregate_id.clone(),
                row.try_get::<i64, _>("sequence")? as usize,
                of.aggregate_type.to_owned(),
                row.try_get("name")?,
                row.try_get("version")?,
                row.try_get("content")?,
                json!({}),
            ))
        };
        self.events.iter().map(event).collect()
    }

    /// The keys that live.
    pub(crate) fn keys(&self, of: &StreamQuery) -> Result<Vec<(KeyName, WrappedKey)>, StoreError> {
        let key = |row: &Arc<PgRow>| {
            let (id, bytes) = (row.try_get("key_id")?, row.try_get("wrapped")?);
            let wrapped = WrappedKey { id, master_id: row.try_get("version")?, bytes };
            Ok((KeyName::new(&of.aggregate_id, row.try_get::<String, _>("name")?), wrapped))
        };
        self.keys.iter().map(key).collect()
    }

    fn add(&mut self, row: PgRow) -> Result<(), StoreError> {
        match row.try_get("kind")? {
            "snapshot" => self.snapshot = Some(Arc::new(row)),
            "event" => self.events.push(Arc::new(row)),
            _ => self.keys.push(Arc::new(row)),
        }
        Ok(())
    }
}

/// Streams, looked up for many at once.
pub(crate) fn loader(lookups: PinnedPool) -> BatchLoader<StreamQuery, Stream> {
    BatchLoader::new(move |wanted| find(lookups.clone(), wanted).boxed())
}

async fn find(
    lookups: PinnedPool,
    wanted: Vec<StreamQuery>,
) -> Result<HashMap<StreamQuery, Stream>, StoreError> {
    let mut db = lookups.take().await?;
    let rows = sqlx::query(SELECT)
        .bind(wanted.iter().map(|wanted| wanted.aggregate_type).collect::<Vec<_>>())
        .bind(wanted.iter().map(|wanted| wanted.aggregate_id.as_str()).collect::<Vec<_>>())
        .bind(wanted.iter().map(|wanted| wanted.schema_version).collect::<Vec<_>>())
        .fetch_all(&mut *db)
        .await?;
    db.release();
    let mut streams: HashMap<(String, String), Stream> = HashMap::with_capacity(wanted.len());
    for row in rows {
        let name = (row.try_get("aggregate_type")?, row.try_get("aggregate_id")?);
        streams.entry(name).or_default().add(row)?;
    }
    let stream = |wanted: StreamQuery| {
        let name = (wanted.aggregate_type.to_owned(), wanted.aggregate_id.clone());
        let stream = streams.remove(&name).unwrap_or_default();
        (wanted, stream)
    };
    Ok(wanted.into_iter().map(stream).collect())
}
