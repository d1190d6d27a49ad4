//! Positions: which is the newest, when was what is at one stored, and which has an event.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::EventId;
use futures::FutureExt;
use sqlx::{PgExecutor, PgPool};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::Log;
use super::position_cache::PositionLookup;
use crate::error::StoreError;
use crate::postgres::{BatchLoader, PinnedPool};

/// How often an event's position is asked for.
const LOOK: Duration = Duration::from_millis(20);
/// How far the times of two events may be apart that lie in the log the other way round. Ours are open for
/// half a minute at most.
const DISORDER: chrono::Duration = chrono::Duration::minutes(10);

/// The newest position of all.
pub async fn newest_position(db: impl PgExecutor<'_>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(position), 0) FROM log").fetch_one(db).await?)
}

/// When the event at a position was stored, if there is one.
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
pub async fn position_beyond(pool: &PgPool, instant: DateTime<Utc>) -> Result<i64, StoreError> {
    parted(pool, instant.checked_add_signed(DISORDER).unwrap_or(DateTime::<Utc>::MAX_UTC)).await
}

/// A position before which everything was stored before `instant`. Found as [`position_beyond`] is.
pub async fn position_before(pool: &PgPool, instant: DateTime<Utc>) -> Result<i64, StoreError> {
    let earlier = instant.checked_sub_signed(DISORDER + chrono::Duration::microseconds(1));
    parted(pool, earlier.unwrap_or(DateTime::<Utc>::MIN_UTC)).await
}

/// Where the log is parted in what was stored by `instant` and what was stored later, were it in that order.
async fn parted(pool: &PgPool, instant: DateTime<Utc>) -> Result<i64, StoreError> {
    let (mut before, mut beyond) = (0, newest_position(pool).await? + 1);
    while beyond - before > 1 {
        let middle = before + (beyond - before) / 2;
        match recorded_at(pool, middle).await? {
            Some(at) if at <= instant => before = middle,
            _ => beyond = middle,
        }
    }
    Ok(beyond)
}

impl Log {
    /// The position of an event, once it has one: waits up to `patience` for the sequencer.
    pub async fn position_of(&self, event: EventId, patience: Duration) -> Result<Option<i64>, StoreError> {
        let deadline = Instant::now() + patience;
        let mut head = self.head().subscribe();
        let soon = || deadline.min(Instant::now() + LOOK);
        loop {
            head.mark_unchanged();
            let placed = match self.position_cache.lookup(event.uuid()) {
                PositionLookup::Found(position) => Some(position),
                PositionLookup::Coming(told) => timeout_at(soon(), told).await.ok().and_then(Result::ok),
                PositionLookup::Unknown => None,
            };
            let position = match placed {
                Some(position) => Some(position),
                None => self.positions.get(event.uuid()).await?,
            };
            if position.is_some() || Instant::now() >= deadline {
                return Ok(position);
            }
            // News of the head comes at once where this process follows it; where it does not, we look again.
            let _ = timeout_at(soon(), head.changed()).await;
        }
    }

    /// The position at which the log holds everything that is stored by now: what a reader of a read model waits for, when
    /// it must miss nothing. `None` when the sequencer does not come so far within `patience`.
    pub async fn committed_position(&self, patience: Duration) -> Result<Option<i64>, StoreError> {
        // What is committed before this statement began has a lower place in the commit order.
        let newest: Option<Uuid> =
            sqlx::query_scalar("SELECT event_id FROM events ORDER BY era DESC, xid DESC, ord DESC LIMIT 1")
                .fetch_optional(&self.pool)
                .await?;
        match newest {
            // It may lie there for long.
            Some(id) => match self.positions.get(id).await? {
                Some(position) => Ok(Some(position)),
                None => self.position_of(EventId::from_uuid(id), patience).await,
            },
            None => Ok(Some(0)),
        }
    }
}

/// The positions of events that have one, looked up for many at once.
pub(super) fn loader(lookups: PinnedPool) -> BatchLoader<Uuid, i64> {
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
