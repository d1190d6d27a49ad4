//! `GET /v1/admin/privacy-requests/{id}`: where a request stands, and what has happened to it.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::Viewed;
use domain::{AccountId, RequestId};
use projections::privacy_request::{DeskRequest, NAME};
use projections::{Audience, EventView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::look;
use crate::extract::{Id, PrivacyDesk, RequestContext};
use crate::problem::{Kind, Problem};
use crate::routes::history::HistoryEntry;
use crate::routes::privacy_requests::PrivacyRequestBody;
use crate::state::AppState;

/// A privacy request as the desk sees it: what its holder sees, how it stands to its due date, and its history. The
/// archive itself is for the holder alone.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct DeskRequestBody {
    /// What its holder sees of it.
    #[serde(flatten)]
    pub(crate) request: PrivacyRequestBody,
    /// The account that asked, and that it is about.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: AccountId,
    /// Whole days until it is due, below zero once it is late; null once it is closed.
    #[schema(example = 12)]
    pub(crate) days_left: Option<i64>,
    /// Whether it is open, and late or due within seven days.
    pub(crate) at_risk: bool,
    /// Since when its work is stalled; null while it moves.
    pub(crate) stalled_since: Option<DateTime<Utc>>,
    /// What has happened to it, oldest first: the newest thousand events.
    pub(crate) history: Vec<HistoryEntry>,
}

/// Shows where a request stands, whosever it is, and what has happened to it.
///
/// Each look at it is an event of the account, with the operator as actor.
#[utoipa::path(
    get, path = "/v1/admin/privacy-requests/{id}", tag = "Operators", operation_id = "getAnyPrivacyRequest",
    responses(
        (status = 200, description = "The request", body = DeskRequestBody,
            headers(("Event-Position" = i64, description = "The position of the event that records this look"))),
        (status = 403, description = "The token has not the scope `privacy`: `insufficient-scope`"),
        (status = 404, description = "There is no such request: `not-found`"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    Id(id): Id<RequestId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let account = find(&state, id).await?.request.account_id;
    let position = look::record(&state, account, operator, &context, (Viewed::PrivacyRequest, None)).await?;
    // As it is now that the look is on record.
    let found = find(&state, id).await?;
    let events = state.views.desk_request_history(&state.store, id).await?;
    let told = events.into_iter().map(|entry| EventView::to(Audience::Operator, entry, account).into());
    let history = told.collect();
    let now = state.store.services().now();
    let DeskRequest { request, stalled_since, .. } = &found;
    let body = DeskRequestBody {
        account_id: account,
        days_left: request.days_left(now),
        at_risk: request.is_at_risk(now),
        stalled_since: *stalled_since,
        history,
        request: PrivacyRequestBody::of(&found.into(), now),
    };
    Ok((position, Json(body)))
}

/// A request as the read model shows it; where it does not yet, once it has caught up.
pub(in super::super) async fn find(state: &AppState, id: RequestId) -> Result<DeskRequest, Problem> {
    if let Some(found) = state.views.desk_request_fetch(id).await? {
        return Ok(found);
    }
    state.catch_up_with_all(NAME).await?;
    state.views.desk_request_fetch(id).await?.ok_or_else(|| Problem::new(Kind::NotFound))
}
