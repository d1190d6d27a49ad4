//! `DELETE /v1/me/privacy-requests/{id}`: changing one's mind.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::privacy_request::{self, PrivacyRequest, PrivacyRequestCommand};
use domain::{Actor, RequestId};
use event_store::CommitExtras;

use super::lookup;
use crate::extract::{CurrentSession, Id, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// Cancels a request: an erasure until it starts, an export until its archive is packaged. Cancelling it
/// again changes nothing.
#[utoipa::path(
    delete, path = "/v1/me/privacy-requests/{id}", tag = "Privacy requests", operation_id = "cancelPrivacyRequest",
    responses(
        (status = 204, description = "The request is cancelled"),
        (status = 409, description = "It has come too far: `too-late`, with its `state`"),
    )
)]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<RequestId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let found = lookup::owned(&state, account, id).await?;
    let mut events = Vec::new();
    if found.request.state != privacy_request::State::Cancelled {
        let executed = state
            .execute::<PrivacyRequest>(
                &id.to_string(),
                PrivacyRequestCommand::Cancel,
                &context.command_about(Actor::Account(account), id),
                CommitExtras::default(),
            )
            .await?;
        events = executed.events;
    }
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}
