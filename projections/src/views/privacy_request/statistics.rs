//! How many requests there were, and how long they took.

use chrono::{DateTime, NaiveDate, Utc};
use domain::privacy_request::{AT_RISK, Kind, State};
use event_store::StoreError;
use sqlx::PgPool;

use crate::views::Views;

/// Requests of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Exports.
    pub export: i64,
    /// Erasures.
    pub erasure: i64,
}

impl Count {
    fn of(&mut self, kind: Kind) -> &mut i64 {
        match kind {
            Kind::Export => &mut self.export,
            Kind::Erasure => &mut self.erasure,
        }
    }
}

/// What happened on a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub date: NaiveDate,
    /// Requests that were received on it.
    pub received: Count,
    /// Requests that were completed on it.
    pub completed: Count,
}

/// How long it took from receipt to completion, in whole seconds. Each figure is that of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TimeToCompletion {
    /// How many were completed.
    pub count: i64,
    /// Half of them took so long at most.
    pub median_seconds: i64,
    /// Nine in ten of them took so long at most.
    pub p90_seconds: i64,
    /// None took longer.
    pub longest_seconds: i64,
}

/// How many requests there are and were, and how long they took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestStatistics {
    /// Open ones.
    pub open: i64,
    /// Open ones that are late, or due within [`AT_RISK`].
    pub at_risk: i64,
    /// Open ones that are late.
    pub late: i64,
    /// Open ones that are stalled.
    pub stalled: i64,
    /// Closed ones of which something is still to be done, and that are stalled.
    pub stalled_after_closing: i64,
    /// What happened on each day.
    pub days: Vec<DayCount>,
    /// How long exports took that were completed on these days; `None` where there were none.
    pub exports: Option<TimeToCompletion>,
    /// The same of erasures.
    pub erasures: Option<TimeToCompletion>,
}

/// Open requests as they stand.
#[derive(sqlx::FromRow)]
struct Standing {
    open: i64,
    at_risk: i64,
    late: i64,
}

impl Views {
    /// How requests stand at `now`, and what happened on each day (UTC) from `first` on.
    pub async fn request_statistics(
        &self,
        first: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<RequestStatistics, StoreError> {
        let pool = self.pool();
        let Standing { open, at_risk, late } = standing(pool, now).await?;
        let (stalled, stalled_after_closing) = stalled(pool).await?;
        let mut days: Vec<DayCount> = first
            .iter_days()
            .take_while(|day| *day <= now.date_naive())
            .map(|date| DayCount { date, received: Count::default(), completed: Count::default() })
            .collect();
        let from = first.and_time(chrono::NaiveTime::MIN).and_utc();
        for kind in [Kind::Export, Kind::Erasure] {
            for (date, received) in by_day(pool, RECEIVED, kind, (from, now)).await? {
                add(&mut days, date, |day| *day.received.of(kind) = received);
            }
            for (date, completed) in by_day(pool, COMPLETED, kind, (from, now)).await? {
                add(&mut days, date, |day| *day.completed.of(kind) = completed);
            }
        }
        let exports = time_to_completion(pool, Kind::Export, (from, now)).await?;
        let erasures = time_to_completion(pool, Kind::Erasure, (from, now)).await?;
        Ok(RequestStatistics { open, at_risk, late, stalled, stalled_after_closing, days, exports, erasures })
    }
}

fn add(days: &mut [DayCount], date: NaiveDate, put: impl FnOnce(&mut DayCount)) {
    if let Some(day) = days.iter_mut().find(|day| day.date == date) {
        put(day);
    }
}

fn names(states: &[State]) -> Vec<&'static str> {
    states.iter().map(|state| state.as_str()).collect()
}

async fn standing(pool: &PgPool, now: DateTime<Utc>) -> Result<Standing, StoreError> {
    Ok(sqlx::query_as(
        "SELECT count(*) AS open, count(*) FILTER (WHERE due_at <= $2) AS at_risk,
                count(*) FILTER (WHERE due_at < $3) AS late
         FROM privacy_request_view WHERE state = ANY($1)",
    )
    .bind(names(&State::OPEN))
    .bind(now + AT_RISK)
    .bind(now)
    .fetch_one(pool)
    .await?)
}

/// Open ones and closed ones.
async fn stalled(pool: &PgPool) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT count(*) FILTER (WHERE state = ANY($1)), count(*) FILTER (WHERE state <> ALL($1))
               FROM privacy_request_view WHERE stalled_since IS NOT NULL";
    Ok(sqlx::query_as(sql).bind(names(&State::OPEN)).fetch_one(pool).await?)
}

const RECEIVED: &str = "
SELECT (received_at AT TIME ZONE 'UTC')::date, count(*) FROM privacy_request_view
WHERE received_at >= $1 AND received_at <= $2 AND kind = $3 GROUP BY 1";

const COMPLETED: &str = "
SELECT (completed_at AT TIME ZONE 'UTC')::date, count(*) FROM privacy_request_view
WHERE completed_at >= $1 AND completed_at <= $2 AND kind = $3 GROUP BY 1";

async fn by_day(
    pool: &PgPool,
    sql: &str,
    kind: Kind,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(NaiveDate, i64)>, StoreError> {
    Ok(sqlx::query_as(sql).bind(from).bind(until).bind(kind.as_str()).fetch_all(pool).await?)
}

async fn time_to_completion(
    pool: &PgPool,
    kind: Kind,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<TimeToCompletion>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT count(*) AS count, percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds,
                percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) AS p90_seconds,
                max(seconds) AS longest_seconds
         FROM (SELECT floor(extract(epoch FROM completed_at - received_at))::bigint AS seconds
               FROM privacy_request_view
               WHERE completed_at >= $1 AND completed_at <= $2 AND kind = $3) taken
         HAVING count(*) > 0",
    )
    .bind(from)
    .bind(until)
    .bind(kind.as_str())
    .fetch_optional(pool)
    .await?)
}
