//! `GET /v1/projects/{id}`: one project, and who owns it.

use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use domain::ProjectId;
use projections::{organization, project};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup;
use super::representation::{ProjectItem, items};
use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Owners that are shown.
const MOST_OWNERS: i64 = 1_000;

/// A project, and who owns it.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ProjectShown {
    /// The project.
    #[serde(flatten)]
    pub(crate) project: ProjectItem,
    /// Who is named as an owner. Owners of the organization own all its projects besides.
    pub(crate) owners: Vec<ProjectOwner>,
    /// Whether who is asking is an owner of it: by name, or as an owner of the organization.
    pub(crate) you_own: bool,
}

/// Somebody who is named as an owner of a project.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ProjectOwner {
    /// Which account.
    #[schema(example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: String,
    /// The name.
    #[schema(example = "Ada Lovelace")]
    pub(crate) name: Option<String>,
}

/// Shows a project. The API secret is masked.
#[utoipa::path(
    get, path = "/v1/projects/{id}", tag = "Projects", operation_id = "getProject",
    responses((status = 200, description = "The project", body = ProjectShown,
        headers(("ETag" = String, description = "The version of the project, for `If-Match`"))))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<ProjectId>,
    SeenPosition(seen): SeenPosition,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    state.catch_up(organization::NAME, account, seen).await?;
    state.catch_up(project::NAME, account, seen).await?;
    let found = lookup::find(&state, account, id).await?;
    let mut view = state.views.project_fetch(account, id).await?;
    if view.is_none() {
        // It is there, so a read model is late.
        state.catch_up_with_all(organization::NAME).await?;
        state.catch_up_with_all(project::NAME).await?;
        view = state.views.project_fetch(account, id).await?;
    }
    let view = view.ok_or_else(|| Problem::new(Kind::Unavailable))?;
    let version = view.version.cast_unsigned();
    let owners = state.views.project_list_owners(id, MOST_OWNERS).await?;
    let owners = owners.into_iter().map(|view| ProjectOwner { account_id: view.account_id, name: view.name });
    let project = items(&state, vec![view]).await?.pop().ok_or_else(|| Problem::new(Kind::NotFound))?;
    let you_own = found.project.is_owned_by(&found.standing);
    let tag = state.tags().await?.of(id, version);
    Ok(([(ETAG, tag)], Json(ProjectShown { project, owners: owners.collect(), you_own })))
}
