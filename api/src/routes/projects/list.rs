//! `GET /v1/projects`: the projects of all organizations one is a member of.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use projections::{organization, project};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PATH;
use super::representation::{ProjectItem, items};
use crate::extract::{CurrentSession, SeenPosition};
use crate::page::Page;
use crate::problem::Problem;
use crate::routes::organizations::lookup::closed_to;
use crate::state::AppState;

/// A page of projects.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ProjectList {
    /// The projects, oldest first.
    pub(crate) items: Vec<ProjectItem>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// Lists the projects of all one's organizations, oldest first. Those of organizations that demand a second factor are left out
/// where one has none.
#[utoipa::path(
    get, path = "/v1/projects", tag = "Projects", operation_id = "listProjects", params(Page),
    responses((status = 200, description = "The projects", body = ProjectList))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let (account, cursor) = (current.account(), page.cursor()?);
    // Whose they are is in one read model, what they are in another.
    state.catch_up(organization::NAME, account, seen).await?;
    state.catch_up(project::NAME, account, seen).await?;
    let closed = closed_to(&state, account).await?;
    let mut found = state.views.project_list(account, &closed, cursor, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut found, |view| view.project_id.clone());
    let link = page.link(PATH, next_cursor.as_deref());
    let items = items(&state, found).await?;
    Ok((link, Json(ProjectList { items, next_cursor })))
}
