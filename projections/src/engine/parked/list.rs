//! Parked events, for those who run the service.

use chrono::{DateTime, Utc};
use domain::EventId;
use event_store::StoreError;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

/// An event that is parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEvent {
    /// In which read model.
    pub projection: String,
    /// Its place in the order of everything.
    pub position: i64,
    /// Its id.
    pub event_id: EventId,
    /// What happened, as a name.
    pub event_type: String,
    /// The stream that is stopped.
    pub aggregate_type: String,
    /// The stream that is stopped.
    pub aggregate_id: String,
    /// Why it cannot be taken; `None` where it waits behind an earlier event of its stream.
    pub error: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was parked.
    pub parked_at: DateTime<Utc>,
    /// When it is tried again by itself; `None` where it waits behind another.
    pub retry_at: Option<DateTime<Utc>>,
}

/// Parked events in the order of the log, after `(position, read model)` if given.
pub(crate) async fn list(
    pool: &PgPool,
    after: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<ParkedEvent>, StoreError> {
    let (position, projection) = after.unwrap_or((0, ""));
    let rows = sqlx::query(
        "SELECT projection, position, event_id, event_type, aggregate_type, aggregate_id, error, attempts,
                parked_at, retry_at
         FROM parked_event WHERE (position, projection) > ($1, $2) AND projection NOT LIKE '%/%'
         ORDER BY position, projection LIMIT $3",
    )
    .bind(position)
    .bind(projection)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.iter().map(read).collect()
}

/// How many events these read models have parked.
pub(crate) async fn count(pool: &PgPool, projections: &[&str]) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar("SELECT count(*) FROM parked_event WHERE projection = ANY($1)");
    Ok(count.bind(projections).fetch_one(pool).await?)
}

fn read(row: &PgRow) -> Result<ParkedEvent, StoreError> {
    let error: Option<String> = row.try_get("error")?;
    let retry_at: DateTime<Utc> = row.try_get("retry_at")?;
    Ok(ParkedEvent {
        projection: row.try_get("projection")?,
        position: row.try_get("position")?,
        event_id: EventId::from_uuid(row.try_get("event_id")?),
        event_type: row.try_get("event_type")?,
        aggregate_type: row.try_get("aggregate_type")?,
        aggregate_id: row.try_get("aggregate_id")?,
        retry_at: error.is_some().then_some(retry_at),
        error,
        attempts: row.try_get("attempts")?,
        parked_at: row.try_get("parked_at")?,
    })
}
