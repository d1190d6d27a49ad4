//! `GET /v1/me/privacy-requests/{id}`: where a request stands.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::RequestId;

use super::lookup;
use super::representation::PrivacyRequestBody;
use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::problem::Problem;
use crate::state::AppState;

/// Shows where a request stands: its dates, what each data source has done, and the archive.
#[utoipa::path(
    get, path = "/v1/me/privacy-requests/{id}", tag = "Privacy requests", operation_id = "getPrivacyRequest",
    responses((status = 200, description = "The request", body = PrivacyRequestBody))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<RequestId>,
    SeenPosition(seen): SeenPosition,
) -> Result<impl IntoResponse, Problem> {
    let view = lookup::find(&state, current.account(), id, seen).await?;
    Ok(Json(PrivacyRequestBody::of(&view, state.store.services().now())))
}
