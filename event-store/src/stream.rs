//! Streams as they are stored, read for many commands at once: the snapshot of an aggregate, and the events since.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::persist::SerializedEvent;
use futures::FutureExt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::error::StoreError;
use crate::gather::Gather;
use crate::pool::Kept;

/// Which aggregate, and the form of snapshot that can be read.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    pub aggregate_type: &'static str,
    pub aggregate_id: String,
    pub schema_version: i32,
}

/// A stream, sealed as it is stored.
#[derive(Clone, Default)]
pub(crate) struct Stream {
    /// The columns `sequence` and `aggregate`.
    pub snapshot: Option<Arc<PgRow>>,
    /// Those after the snapshot, in order.
    events: Vec<Arc<PgRow>>,
}

type Name = (String, String);

impl Stream {
    /// The events after the snapshot.
    pub(crate) fn events(&self, of: &Wanted) -> Result<Vec<SerializedEvent>, StoreError> {
        let event = |row: &Arc<PgRow>| {
            Ok(SerializedEvent::new(
                of.aggregate_id.clone(),
                row.try_get::<i64, _>("sequence")? as usize,
                of.aggregate_type.to_owned(),
                row.try_get("event_type")?,
                row.try_get("event_version")?,
                row.try_get("payload")?,
                row.try_get("metadata")?,
            ))
        };
        self.events.iter().map(event).collect()
    }
}

/// Streams, looked up for many at once. There is none of an aggregate to which nothing ever happened.
pub(crate) fn gather(lookups: Kept) -> Gather<Wanted, Stream> {
    Gather::new(move |wanted| {
        let lookups = lookups.clone();
        async move {
            let mut db = lookups.take().await?;
            let snapshots = snapshots(&mut db, &wanted).await?;
            let events = events(&mut db, &wanted, &snapshots).await?;
            lookups.keep(db);
            Ok(streams(wanted, &snapshots, &events))
        }
        .boxed()
    })
}

fn streams(
    wanted: Vec<Wanted>,
    snapshots: &HashMap<Name, Arc<PgRow>>,
    events: &HashMap<Name, Vec<Arc<PgRow>>>,
) -> HashMap<Wanted, Stream> {
    let stream = |wanted: Wanted| {
        let name = name_of(&wanted);
        let events = events.get(&name).cloned().unwrap_or_default();
        (wanted, Stream { snapshot: snapshots.get(&name).cloned(), events })
    };
    wanted.into_iter().map(stream).collect()
}

fn name_of(wanted: &Wanted) -> Name {
    (wanted.aggregate_type.to_owned(), wanted.aggregate_id.clone())
}

fn name(row: &PgRow) -> Result<Name, sqlx::Error> {
    Ok((row.try_get("aggregate_type")?, row.try_get("aggregate_id")?))
}

async fn snapshots(
    db: &mut PgConnection,
    wanted: &[Wanted],
) -> Result<HashMap<Name, Arc<PgRow>>, StoreError> {
    let rows = sqlx::query(
        "SELECT s.aggregate_type, s.aggregate_id, s.sequence, s.aggregate
         FROM unnest($1::text[], $2::text[], $3::integer[]) AS w (aggregate_type, aggregate_id, schema_version)
         CROSS JOIN LATERAL (
             SELECT * FROM snapshot s WHERE s.aggregate_type = w.aggregate_type
               AND s.aggregate_id = w.aggregate_id AND s.schema_version = w.schema_version LIMIT 1
         ) AS s",
    )
    .bind(wanted.iter().map(|wanted| wanted.aggregate_type).collect::<Vec<_>>())
    .bind(wanted.iter().map(|wanted| wanted.aggregate_id.as_str()).collect::<Vec<_>>())
    .bind(wanted.iter().map(|wanted| wanted.schema_version).collect::<Vec<_>>())
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|row| Ok((name(&row)?, Arc::new(row))));
    Ok(rows.collect::<Result<_, sqlx::Error>>()?)
}

async fn events(
    db: &mut PgConnection,
    wanted: &[Wanted],
    snapshots: &HashMap<Name, Arc<PgRow>>,
) -> Result<HashMap<Name, Vec<Arc<PgRow>>>, StoreError> {
    let kept_at = |wanted| snapshots.get(&name_of(wanted)).map_or(Ok(0), |row| row.try_get("sequence"));
    let rows = sqlx::query(
        "SELECT w.aggregate_type, w.aggregate_id, e.*
         FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (aggregate_type, aggregate_id, sequence)
         CROSS JOIN LATERAL (
             SELECT e.sequence, e.event_type, e.event_version, e.payload, e.metadata FROM events e
             WHERE e.aggregate_type = w.aggregate_type AND e.aggregate_id = w.aggregate_id
               AND e.sequence > w.sequence
         ) AS e
         ORDER BY e.sequence",
    )
    .bind(wanted.iter().map(|wanted| wanted.aggregate_type).collect::<Vec<_>>())
    .bind(wanted.iter().map(|wanted| wanted.aggregate_id.as_str()).collect::<Vec<_>>())
    .bind(wanted.iter().map(kept_at).collect::<Result<Vec<i64>, _>>()?)
    .fetch_all(db)
    .await?;
    let mut events: HashMap<Name, Vec<Arc<PgRow>>> = HashMap::with_capacity(wanted.len());
    for row in rows {
        events.entry(name(&row)?).or_default().push(Arc::new(row));
    }
    Ok(events)
}
