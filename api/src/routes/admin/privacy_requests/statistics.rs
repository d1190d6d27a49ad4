//! `GET /v1/admin/privacy-requests/statistics`: how many requests there were, and how long they took.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::operator::OperatorViewed;
use projections::privacy_request::{Count, DayCount, RequestStatistics, TimeToCompletion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::look;
use crate::extract::{PrivacyDesk, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// How many days are told of, today among them.
const DAYS: u64 = 90;

/// How many requests there are and were, and how long they took.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = RequestStatistics)]
pub(crate) struct RequestStatisticsBody {
    /// The beginning of the first day that is told of.
    pub(crate) from: DateTime<Utc>,
    /// Up to when it is told.
    pub(crate) until: DateTime<Utc>,
    /// Open requests.
    pub(crate) open: i64,
    /// Open requests that are late, or due within seven days.
    pub(crate) at_risk: i64,
    /// Open requests that are late.
    pub(crate) late: i64,
    /// Open requests whose work is stalled.
    pub(crate) stalled: i64,
    /// Closed requests of which something is still to be told or removed, and that are stalled: `state=closed&stalled=true` lists them.
    pub(crate) stalled_after_closing: i64,
    /// What happened on each of the last 90 days (UTC), oldest first.
    pub(crate) days: Vec<DayBody>,
    /// How long it took from receipt to completion, of requests that were completed on these days.
    pub(crate) time_to_completion: TimesToCompletion,
}

/// What happened on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[schema(as = RequestsOfDay)]
pub(crate) struct DayBody {
    /// The day (UTC).
    #[schema(example = "2026-03-12")]
    pub(crate) date: NaiveDate,
    /// Requests that were received on it.
    pub(crate) received: KindCount,
    /// Requests that were completed on it.
    pub(crate) completed: KindCount,
}

/// Requests of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub(crate) struct KindCount {
    /// Exports.
    pub(crate) export: i64,
    /// Erasures.
    pub(crate) erasure: i64,
}

/// How long requests of each kind took; null where none was completed.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct TimesToCompletion {
    /// Exports.
    pub(crate) export: Option<TimeToCompletionBody>,
    /// Erasures, with the time in which they can be cancelled.
    pub(crate) erasure: Option<TimeToCompletionBody>,
}

/// How long requests took, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[schema(as = TimeToCompletion)]
pub(crate) struct TimeToCompletionBody {
    /// How many were completed.
    pub(crate) count: i64,
    /// Half of them took so long at most.
    pub(crate) median_seconds: i64,
    /// Nine in ten of them took so long at most.
    pub(crate) p90_seconds: i64,
    /// None took longer.
    pub(crate) longest_seconds: i64,
}

impl From<Count> for KindCount {
    fn from(Count { export, erasure }: Count) -> Self {
        Self { export, erasure }
    }
}

impl From<DayCount> for DayBody {
    fn from(DayCount { date, received, completed }: DayCount) -> Self {
        Self { date, received: received.into(), completed: completed.into() }
    }
}

impl From<TimeToCompletion> for TimeToCompletionBody {
    fn from(time: TimeToCompletion) -> Self {
        let TimeToCompletion { count, median_seconds, p90_seconds, longest_seconds } = time;
        Self { count, median_seconds, p90_seconds, longest_seconds }
    }
}

/// Shows how many privacy requests there were in the last 90 days, and how long they took.
///
/// Each look at it is an event of the operator.
#[utoipa::path(
    get, path = "/v1/admin/privacy-requests/statistics", tag = "Operators", operation_id = "getPrivacyStatistics",
    responses(
        (status = 200, description = "The statistics", body = RequestStatisticsBody),
        (status = 403, description = "The token has not the scope `privacy`: `insufficient-scope`"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    look::record_general(&state, operator, &context, OperatorViewed::PrivacyStatistics).await?;
    let until = state.store.services().now();
    let today = until.date_naive();
    let first = today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today);
    let statistics = state.views.request_statistics(first, until).await?;
    let RequestStatistics { open, at_risk, late, stalled, stalled_after_closing, days, exports, erasures } =
        statistics;
    Ok(Json(RequestStatisticsBody {
        from: first.and_time(NaiveTime::MIN).and_utc(),
        until,
        open,
        at_risk,
        late,
        stalled,
        stalled_after_closing,
        days: days.into_iter().map(Into::into).collect(),
        time_to_completion: TimesToCompletion {
            export: exports.map(Into::into),
            erasure: erasures.map(Into::into),
        },
    }))
}
