//! `DELETE /v1/sessions/current`: signing out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::SignOutReason;

use super::end::end_session;
use crate::extract::{CurrentSession, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// Signs out: the session of this request ends at once, in every process.
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "Sessions", operation_id = "signOut",
    responses((status = 204, description = "The session ended; a browser forgets its cookie and what it kept of our pages",
        headers(("Clear-Site-Data" = String, description = "What a browser forgets"))))
)]
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let position = end_session(&state, &current, current.0.id, SignOutReason::SignedOut, &context).await?;
    Ok((StatusCode::NO_CONTENT, position, state.cookie.signed_out()))
}
