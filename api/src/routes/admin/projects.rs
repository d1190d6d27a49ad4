//! `POST /v1/admin/projects`: provisioning.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::{Actor, OrganizationId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::event_position::EventPosition;
use crate::extract::{Body, Operator, RequestContext, parsed};
use crate::names;
use crate::problem::{InputError, Kind, Problem};
use crate::routes::projects::create::{NewProject, create_in};
use crate::state::AppState;

/// A project to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProvisionedProject {
    /// Whose it shall be.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    #[serde(deserialize_with = "parsed")]
    organization_id: OrganizationId,
    /// The name. It need not be unique.
    #[schema(min_length = 1, max_length = 200, example = "Looms")]
    name: String,
}

/// Creates a project for an organization. The owners of the organization own it.
#[utoipa::path(
    post, path = "/v1/admin/projects", tag = "Operators", operation_id = "provisionProject", request_body = ProvisionedProject,
    responses((status = 201, description = "The project, with its first credentials", body = NewProject,
        headers(("Location" = String, description = "The project"))))
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Operator(operator): Operator,
    context: RequestContext,
    Body(body): Body<ProvisionedProject>,
) -> Result<impl IntoResponse, Problem> {
    let name = names::check(&body.name, "/name").map_err(|error| Problem::invalid(vec![error]))?;
    let context = context.command(Actor::Operator(operator));
    let created = create_in(&state, body.organization_id, name, context).await;
    let (project, _) = created.map_err(|problem| match problem.kind() {
        Kind::NotFound => {
            Problem::invalid(vec![InputError::at("/organization_id", "there is no such organization")])
        }
        _ => problem,
    })?;
    let location = [(LOCATION, format!("/v1/projects/{}", project.id))];
    // No caller has this write as its own, to read it back.
    Ok((StatusCode::CREATED, EventPosition::unknown(), location, Json(project)))
}
