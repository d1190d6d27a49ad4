//! `GET /v1/projects/{id}/history`: what happened to a project, and who did it.

use axum::extract::State;
use axum::response::Response;
use cqrs_es::Aggregate as _;
use domain::ProjectId;
use domain::project::Project;
use projections::project;

use super::lookup;
use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::page::Page;
use crate::problem::Problem;
use crate::routes::history::{HistoryPage, shared};
use crate::state::AppState;

/// Lists what happened to a project, newest first.
///
/// Who did it is named where they are a member of its organization now.
#[utoipa::path(
    get, path = "/v1/projects/{id}/history", tag = "Projects", operation_id = "getProjectHistory",
    params(Page),
    responses((status = 200, description = "The events", body = HistoryPage))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<ProjectId>,
    page: Page,
    SeenPosition(seen): SeenPosition,
) -> Result<Response, Problem> {
    let account = current.account();
    state.catch_up(project::NAME, account, seen).await?;
    let organization = lookup::find(&state, account, id).await?.organization.organization_id;
    let path = format!("/v1/projects/{id}/history");
    shared::page(&state, (account, organization), (Project::TYPE, &id.to_string()), &page, &path).await
}
