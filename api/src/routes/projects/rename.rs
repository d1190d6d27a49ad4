//! `PATCH /v1/projects/{id}`: another name.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use domain::project::{Project, ProjectAction};
use domain::{Actor, OrganizationId, ProjectId};
use event_store::CommitExtras;
use serde::Serialize;
use utoipa::ToSchema;

use super::lookup;
use crate::conditional;
use crate::extract::{Body, CurrentSession, Id, RequestContext};
use crate::problem::Problem;
use crate::routes::organizations::create::Naming;
use crate::state::AppState;

/// A project as a command has left it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectNow {
    /// Its id.
    #[schema(value_type = String, example = "prj_01h455vb4pex5vsknk084sn02q")]
    id: ProjectId,
    /// Whose it is.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    organization_id: OrganizationId,
    /// Its name.
    #[schema(example = "Looms")]
    name: String,
}

/// Gives a project another name. Its owners may.
#[utoipa::path(
    patch, path = "/v1/projects/{id}", tag = "Projects", operation_id = "renameProject", request_body = Naming,
    params(("If-Match" = Option<String>, Header, description = "Change only what has this `ETag`")),
    responses(
        (status = 200, description = "The project as it stands now", body = ProjectNow,
            headers(("ETag" = String, description = "The version of the project"))),
        (status = 403, description = "One is no owner of it: `insufficient-role`"),
    )
)]
pub(crate) async fn rename(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<ProjectId>,
    headers: HeaderMap,
    context: RequestContext,
    Body(body): Body<Naming>,
) -> Result<impl IntoResponse, Problem> {
    let (name, account) = (body.checked()?, current.account());
    let tags = state.tags().await?;
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, id).await?;
            conditional::check(&headers, &tags.of(id, found.version))?;
            let rename = found.action(ProjectAction::Rename { name: name.clone() });
            unit.execute::<Project>(&id.to_string(), rename).await?;
            let (_, version) = unit.load_versioned::<Project>(&id.to_string()).await?;
            Ok::<_, Problem>((unit, CommitExtras::default(), (version, found.project.organization_id)))
        })
        .await?;
    let position = state.position(account, &done.events).await;
    let (version, organization_id) = done.answer;
    Ok((position, [(ETAG, tags.of(id, version))], Json(ProjectNow { id, organization_id, name })))
}
