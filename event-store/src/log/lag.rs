//! How far the log is behind, and which transaction holds it back.
//!
//! The order of events waits for the oldest transaction that may append ([`super::appenders`]). Nothing is lost by that,
//! but nothing moves either, so that transaction is named.

use std::time::{Duration, Instant};

use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;
use crate::postgres::APPENDER;

/// Time between two looks.
const EACH: Duration = Duration::from_secs(1);
/// An event that waits longer than this for its position is waited for by people.
const PATIENCE: f64 = 5.0;
/// Time between two alarms about the same trouble.
const REMIND: Duration = Duration::from_secs(30);
/// Events counted at most: the exact number of more than these is of no use.
const COUNTED: i64 = 100_000;

/// How much waits for its position.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lag {
    /// Events, a hundred thousand at most.
    pub events: i64,
    /// How long the one has waited that has waited longest, in seconds.
    pub seconds: f64,
}

/// How far the log is behind what was appended. Any process can see it, whichever leads.
pub async fn lag(pool: &PgPool) -> Result<Lag, StoreError> {
    let mut db = pool.acquire().await?;
    let newest: Option<(i16, String, i64)> =
        sqlx::query_as("SELECT era, xid::text, ord FROM log ORDER BY position DESC LIMIT 1")
            .fetch_optional(&mut *db)
            .await?;
    let (era, xid, ord) = newest.unwrap_or((0, "0".to_owned(), 0));
    behind(&mut db, (era, &xid, ord)).await
}

/// What comes after `(era, xid, ord)`.
async fn behind(db: &mut PgConnection, (era, xid, ord): (i16, &str, i64)) -> Result<Lag, StoreError> {
    let (events, seconds): (i64, f64) = sqlx::query_as(
        "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::float8
         FROM (SELECT recorded_at FROM events WHERE (era, xid, ord) > ($1, $2::xid8, $3)
               ORDER BY era, xid, ord LIMIT $4) AS waiting",
    )
    .bind(era)
    .bind(xid)
    .bind(ord)
    .bind(COUNTED)
    .fetch_one(db)
    .await?;
    Ok(Lag { events, seconds: seconds.max(0.0) })
}

/// The leader's watch over the log.
#[derive(Default)]
pub(crate) struct LagMonitor {
    looked: Option<Instant>,
    alarmed: Option<Instant>,
}

impl LagMonitor {
    /// Looks, if it is time to, at what comes after `(era, xid, ord)`.
    pub(crate) async fn look(
        &mut self,
        db: &mut PgConnection,
        (era, xid, ord): (i16, &str, i64),
    ) -> Result<(), StoreError> {
        if self.looked.is_some_and(|looked| looked.elapsed() < EACH) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let Lag { events, seconds } = behind(db, (era, xid, ord)).await?;
        if seconds > PATIENCE && self.alarmed.is_none_or(|alarmed| alarmed.elapsed() > REMIND) {
            self.alarmed = Some(Instant::now());
            alarm(events, seconds, holder(db).await?);
        }
        Ok(())
    }
}

/// The oldest transaction that may append, in words. Its statement is not told: it may hold anything.
async fn holder(db: &mut PgConnection) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT who FROM (
             SELECT backend_xid AS xid, format('backend %s of database %s, user %s, application %s, %s since %s',
                        pid, datname, usename, quote_literal(application_name), state, xact_start) AS who
             FROM pg_stat_activity
             WHERE backend_xid IS NOT NULL AND datname = current_database() AND application_name = $1
             UNION ALL
             SELECT transaction, format('prepared transaction %s of database %s, user %s, since %s',
                        quote_literal(gid), database, owner, prepared)
             FROM pg_prepared_xacts WHERE database = current_database()) AS appending
         ORDER BY age(xid) DESC LIMIT 1",
    )
    .bind(APPENDER)
    .fetch_optional(db)
    .await?)
}

fn alarm(events: i64, seconds: f64, holder: Option<String>) {
    match holder {
        Some(holder) => tracing::error!(
            events,
            seconds,
            holder,
            "sequencing is blocked by a transaction; end it (pg_terminate_backend, \
             ROLLBACK PREPARED) if it is not about to end"
        ),
        None => tracing::warn!(events, seconds, "sequencing is behind: events wait for their position"),
    }
}
