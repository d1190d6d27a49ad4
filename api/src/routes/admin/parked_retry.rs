//! `POST /v1/admin/parked-events/retry`: trying again what a read model could not take.
//!
//! Every process may move a read model under its cursor, so this one tries by itself and can say what came of it. Each
//! stream is tried in a transaction of its own: what was taken stays taken, wherever the request is cut off.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::operator::OperatorRetried;
use projections::{Projection, parked};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::look;
use crate::extract::{Body, PrivacyDesk, RequestContext};
use crate::problem::{InputError, Problem};
use crate::state::AppState;

/// How long events are tried for one request, which ends itself after thirty seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is tried again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParkedRetry {
    /// The read model; all of them if left out.
    #[schema(example = "account")]
    #[serde(default)]
    projection: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub(crate) struct ParkedRetried {
    /// Events that were tried.
    pub(crate) tried: u64,
    /// Those of them that were taken.
    pub(crate) taken: u64,
    /// Events that are parked now: those that cannot be taken, and those that wait behind them.
    pub(crate) left: i64,
}

/// Tries parked events again.
///
/// They are tried for ten seconds at most; those for which that is too short are tried in the background within a minute.
/// An event that waits behind one that cannot be taken is not tried, and stays parked.
#[utoipa::path(
    post, path = "/v1/admin/parked-events/retry", tag = "Operators", operation_id = "retryParkedEvents",
    request_body = ParkedRetry,
    responses((status = 200, description = "What came of it", body = ParkedRetried))
)]
pub(crate) async fn retry(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
    Body(ParkedRetry { projection }): Body<ParkedRetry>,
) -> Result<impl IntoResponse, Problem> {
    let projections = named(projection.as_deref()).map_err(|error| Problem::invalid(vec![error]))?;
    let position = look::record_retried(&state, operator, &context, OperatorRetried::ParkedEvents).await?;
    let deadline = Instant::now() + PATIENCE;
    let (mut taken, mut stopped) = (0, 0);
    for projection in &projections {
        let retried = parked::retry_until(&state.store, &**projection, deadline).await?;
        taken += retried.folded;
        // Each stream that stays parked stopped at one event.
        stopped += retried.still_parked;
    }
    let names: Vec<&str> = projections.iter().map(|projection| projection.name()).collect();
    let left = state.views.parked_count(&names).await?;
    Ok((position, Json(ParkedRetried { tried: taken + stopped, taken, left })))
}

/// The read model of this name, or all.
fn named(name: Option<&str>) -> Result<Vec<Arc<dyn Projection>>, InputError> {
    let Some(name) = name else { return Ok(projections::all()) };
    let known = projections::find(name).map(|projection| vec![projection]);
    known.ok_or_else(|| {
        let all = projections::all();
        let names: Vec<&str> = all.iter().map(|projection| projection.name()).collect();
        InputError::at("/projection", format!("there is no such read model; there are: {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_read_model_is_named_or_none_for_all_and_an_unknown_one_is_told_of_the_others() {
        assert_eq!(named(None).unwrap().len(), projections::all().len());
        assert_eq!(named(Some("account")).unwrap().len(), 1);
        for unknown in ["", "accounts", "account/rebuild"] {
            let refused = serde_json::to_string(&named(Some(unknown)).err().unwrap()).unwrap();
            assert!(
                refused.contains("/projection") && refused.contains("account, organization"),
                "{refused}"
            );
        }
    }
}
