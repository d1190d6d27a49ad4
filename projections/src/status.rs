//! How the readers of the log are getting on: for operators, and for alarms.

use chrono::{DateTime, Utc};
use event_store::{EventStore, StoreError, log};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::engine::rebuild;
use crate::views::find;

/// How a reader of the log is getting on.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// How far it has come.
    pub position: i64,
    /// Events of the log that it has not read yet.
    pub lag_events: i64,
    /// For how long the oldest of them has been waiting.
    pub lag_seconds: f64,
    /// Events that it could not take, with those that wait behind them.
    pub parked: i64,
    /// When the first of them was parked.
    pub oldest_parked_at: Option<DateTime<Utc>>,
    /// It was filled by a release that folded otherwise: it should be rebuilt.
    pub outdated: bool,
    /// A rebuild that is not finished.
    pub rebuild: Option<Rebuilding>,
}

/// A rebuild that is not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuilding {
    /// How far it has come.
    pub position: i64,
    /// The newest position of the log.
    pub head: i64,
    /// Whether a process is at it; if not, it was broken off.
    pub under_way: bool,
}

const STATUS: &str = "
SELECT p.name, p.position, p.revision, r.position AS rebuilt, k.parked, k.oldest_parked_at
FROM projection p
CROSS JOIN LATERAL (SELECT count(*) AS parked, min(parked_at) AS oldest_parked_at
                    FROM parked_event WHERE projection = p.name) k
LEFT JOIN projection r ON r.name = p.name || '/rebuild'
WHERE p.name NOT LIKE '%/%' ORDER BY p.name";

/// Every reader of the log, by name.
pub async fn list(store: &EventStore) -> Result<Vec<Status>, StoreError> {
    let rows = sqlx::query(STATUS).fetch_all(store.pool()).await?;
    // Asked for afterwards, so that no reader seems to be ahead of it.
    let head = log::newest_position(store.pool()).await?;
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        list.push(status(store, &row, head).await?);
    }
    Ok(list)
}

async fn status(store: &EventStore, row: &PgRow, head: i64) -> Result<Status, StoreError> {
    let name: String = row.try_get("name")?;
    let position: i64 = row.try_get("position")?;
    let waiting_since = log::recorded_at(store.pool(), position + 1).await?;
    let waits = waiting_since.map(|since| store.services().now() - since);
    let newest = find(&name).map(|projection| projection.revision());
    let filled: i32 = row.try_get("revision")?;
    let rebuild = match row.try_get("rebuilt")? {
        Some(position) => {
            let under_way = rebuild::is_under_way(store.pool(), &name).await?;
            Some(Rebuilding { position, head, under_way })
        }
        None => None,
    };
    Ok(Status {
        position,
        lag_events: head - position,
        lag_seconds: waits.map_or(0.0, |waits| waits.as_seconds_f64().max(0.0)),
        parked: row.try_get("parked")?,
        oldest_parked_at: row.try_get("oldest_parked_at")?,
        outdated: newest.is_some_and(|newest| filled < newest),
        rebuild,
        name,
    })
}
