//! `POST /v1/organizations/{id}/projects`: a new project, with its first credentials.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::organization::Organization;
use domain::project::{MemberActor, Project, ProjectAction, ProjectCommand};
use domain::{Actor, EventId, OrganizationId, ProjectId};
use event_store::records::RecordWrite;
use event_store::{CommandContext, CommitExtras};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PATH;
use super::new_credentials::Pair;
use crate::extract::{Body, CurrentSession, Id, RequestContext};
use crate::limits;
use crate::problem::Problem;
use crate::routes::organizations::create::Naming;
use crate::routes::organizations::lookup::asker_in;
use crate::state::AppState;

/// A project that was created just now.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NewProject {
    /// Its id.
    #[schema(value_type = String, example = "prj_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: ProjectId,
    /// Whose it is.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    pub(crate) organization_id: OrganizationId,
    /// Its name.
    #[schema(example = "Looms")]
    pub(crate) name: String,
    /// The public token that lets usage in.
    #[schema(example = "0192f3a4b5c67d8e9fa0b1c2d3e4f506")]
    pub(crate) token: String,
    /// The API key.
    #[schema(example = "psk_…")]
    pub(crate) api_key: String,
    /// The API secret. From now on it is shown only by revealing it, which is recorded.
    #[schema(example = "psx_…")]
    pub(crate) api_secret: String,
    /// What the secret can be recognised by.
    #[schema(example = "9f86d081884c")]
    pub(crate) fingerprint: String,
}

/// Creates a project. Owners and admins of the organization may; who does is named as an owner of the project.
#[utoipa::path(
    post, path = "/v1/organizations/{id}/projects", tag = "Projects", operation_id = "createProject", request_body = Naming,
    responses(
        (status = 201, description = "The project, with its first credentials", body = NewProject,
            headers(("Location" = String, description = "The project"))),
        (status = 403, description = "One is neither owner nor admin: `insufficient-role`"),
        (status = 404, description = "There is no such organization, or one is no member of it: `not-found`"),
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(organization_id): Id<OrganizationId>,
    context: RequestContext,
    Body(body): Body<Naming>,
) -> Result<impl IntoResponse, Problem> {
    let (name, account) = (body.checked()?, current.account());
    state.limit(limits::CREATIONS, &account.to_string()).await?;
    let context = context.command(Actor::Account(account));
    let (project, events) = create_in(&state, organization_id, name, context).await?;
    let position = state.position(account, &events).await;
    let location = [(LOCATION, format!("{PATH}/{}", project.id))];
    Ok((StatusCode::CREATED, position, location, Json(project)))
}

/// Creates a project in an organization, with its first credentials.
pub(crate) async fn create_in(
    state: &AppState,
    organization_id: OrganizationId,
    name: String,
    context: CommandContext,
) -> Result<(NewProject, Vec<EventId>), Problem> {
    let (services, by) = (state.store.services(), context.actor);
    let (id, at) = (ProjectId::generate(services), services.now());
    let token = services.ids.uuid().simple().to_string();
    let pair = Pair::make(state).await?;
    let done = state
        .store
        .transact(&context, async |mut unit| {
            let organization: Organization = unit.load(&organization_id.to_string()).await?;
            let body = organization.body()?;
            let by = match by.account() {
                Some(account) => {
                    MemberActor::member(body, asker_in(&mut unit, account, &organization).await?)?
                }
                None => MemberActor::outside(by),
            };
            let action = ProjectAction::Create {
                project_id: id,
                organization_id,
                name: name.clone(),
                token: token.clone(),
                credential_id: pair.id,
                fingerprint: pair.fingerprint.clone(),
            };
            unit.execute::<Project>(&id.to_string(), ProjectCommand { by, action }).await?;
            let open =
                RecordWrite::OpenProject { project: id, organization: organization_id, token: token.clone() };
            let records = vec![open, pair.issue(id, organization_id, at)];
            Ok::<_, Problem>((unit, CommitExtras { records, ..CommitExtras::default() }, ()))
        })
        .await?;
    let (api_key, api_secret) = (pair.api_key(), pair.api_secret());
    let fingerprint = pair.fingerprint;
    Ok((NewProject { id, organization_id, name, token, api_key, api_secret, fingerprint }, done.events))
}
