//! How far the log is behind, and who holds it back.
//!
//! The order of events waits for the oldest transaction that writes, whoever runs it: in any database
//! of the server, even one that never touches our tables. Nothing is lost by that, but nothing moves
//! either, so whoever it is is named.

use std::time::{Duration, Instant};

use sqlx::{PgConnection, Row};

use crate::error::StoreError;

/// Time between two looks.
const EACH: Duration = Duration::from_secs(1);
/// An event that waits longer than this for its position is waited for by people.
const PATIENCE: f64 = 5.0;
/// Time between two alarms about the same trouble.
const REMIND: Duration = Duration::from_secs(30);
/// Events counted at most: the exact number of more than these helps nobody.
const COUNTED: i64 = 100_000;

/// The leader's watch over the log.
#[derive(Default)]
pub(crate) struct Watch {
    looked: Option<Instant>,
    alarmed: Option<Instant>,
}

impl Watch {
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
        let row = sqlx::query(
            "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::float8
             FROM (SELECT recorded_at FROM events WHERE (era, xid, ord) > ($1, $2::xid8, $3)
                   ORDER BY era, xid, ord LIMIT $4) AS waiting",
        )
        .bind(era)
        .bind(xid)
        .bind(ord)
        .bind(COUNTED)
        .fetch_one(&mut *db)
        .await?;
        let (events, seconds): (i64, f64) = (row.try_get(0)?, row.try_get(1)?);
        metrics::gauge!("log_lag_events").set(events as f64);
        metrics::gauge!("log_lag_seconds").set(seconds.max(0.0));
        if seconds > PATIENCE && self.alarmed.is_none_or(|alarmed| alarmed.elapsed() > REMIND) {
            self.alarmed = Some(Instant::now());
            alarm(events, seconds, holder(db).await?);
        }
        Ok(())
    }
}

/// The oldest transaction that writes, in words. Its statement is not told: it may hold anything.
async fn holder(db: &mut PgConnection) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT who FROM (
             SELECT backend_xid AS xid, format('backend %s of database %s, user %s, application %s, %s since %s',
                        pid, datname, usename, quote_literal(application_name), state, xact_start) AS who
             FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
             UNION ALL
             SELECT transaction, format('prepared transaction %s of database %s, user %s, since %s',
                        quote_literal(gid), database, owner, prepared)
             FROM pg_prepared_xacts) AS writing
         ORDER BY age(xid) DESC LIMIT 1",
    )
    .fetch_optional(db)
    .await?)
}

fn alarm(events: i64, seconds: f64, holder: Option<String>) {
    match holder {
        Some(holder) => tracing::error!(
            events,
            seconds,
            holder,
            "the log stands still: the order of events waits for a transaction; end it (pg_terminate_backend, \
             ROLLBACK PREPARED) if it is not about to end"
        ),
        None => tracing::warn!(events, seconds, "the log is behind: more is appended than gets a position"),
    }
}
