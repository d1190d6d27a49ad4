//! `DELETE /v1/me/privacy-requests/{id}/archive`: making the archive unavailable before its time.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::privacy_request::{ArchiveEnd, PrivacyRequest, PrivacyRequestCommand};
use domain::{Actor, RequestId};
use event_store::CommitExtras;

use super::super::lookup;
use super::download::refusal;
use crate::extract::{CurrentSession, Id, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// Disables the link to the archive, for good. Its bytes are removed soon after. Doing it again changes
/// nothing.
#[utoipa::path(
    delete, path = "/v1/me/privacy-requests/{id}/archive", tag = "Privacy requests", operation_id = "disableArchive",
    responses(
        (status = 204, description = "The archive can no longer be had"),
        (status = 404, description = "The account has no such request, or it is an erasure: `not-found`"),
        (status = 409, description = "There is no archive yet: `archive-not-ready`"),
        (status = 410, description = "There will never be one: `archive-gone`"),
    )
)]
pub(crate) async fn disable(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<RequestId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let found = lookup::owned(&state, account, id).await?;
    if found.request.archive.is_none() {
        return Err(refusal(&found.request));
    }
    let executed = state
        .execute::<PrivacyRequest>(
            &id.to_string(),
            PrivacyRequestCommand::EndArchive { reason: ArchiveEnd::Disabled },
            &context.command_about(Actor::Account(account), id),
            CommitExtras::default(),
        )
        .await?;
    Ok((state.position(account, &executed.events).await, StatusCode::NO_CONTENT))
}
