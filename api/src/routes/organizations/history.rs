//! `GET /v1/organizations/{id}/history`: what happened to an organization, and who did it.

use axum::extract::State;
use axum::response::Response;
use cqrs_es::Aggregate as _;
use domain::OrganizationId;
use domain::organization::Organization;
use projections::organization;

use super::lookup;
use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::page::Page;
use crate::problem::Problem;
use crate::routes::history::{HistoryPage, shared};
use crate::state::AppState;

/// Lists what happened to an organization, newest first.
///
/// Who did it is named where they are a member now.
#[utoipa::path(
    get, path = "/v1/organizations/{id}/history", tag = "Organizations", operation_id = "getOrganizationHistory",
    params(Page),
    responses((status = 200, description = "The events", body = HistoryPage))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<OrganizationId>,
    page: Page,
    SeenPosition(seen): SeenPosition,
) -> Result<Response, Problem> {
    let account = current.account();
    state.catch_up(organization::NAME, account, seen).await?;
    lookup::find(&state, account, id).await?;
    let path = format!("/v1/organizations/{id}/history");
    shared::page(&state, (account, id), (Organization::TYPE, &id.to_string()), &page, &path).await
}
