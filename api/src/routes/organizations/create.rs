//! `POST /v1/organizations`: a new organization, of the caller.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand};
use domain::organization::{Organization, OrganizationAction, OrganizationCommand, Role};
use domain::{AccountId, Actor, EventId, MembershipId, OrganizationId};
use event_store::{CommandContext, CommitExtras};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{OrganizationNow, PATH};
use crate::extract::{Body, CurrentSession, RequestContext};
use crate::limits;
use crate::names;
use crate::problem::Problem;
use crate::routes::organizations::notifications::Team;
use crate::state::AppState;

/// How an organization or a project shall be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Naming {
    /// The name. It need not be unique.
    #[schema(min_length = 1, max_length = 200, example = "Analytical Engines")]
    name: String,
}

impl Naming {
    /// The name, if it can be one.
    pub(crate) fn checked(&self) -> Result<String, Problem> {
        names::check(&self.name, "/name").map_err(|error| Problem::invalid(vec![error]))
    }
}

/// Creates an organization. Who asks for it is its owner.
#[utoipa::path(
    post, path = "/v1/organizations", tag = "Organizations", operation_id = "createOrganization", request_body = Naming,
    responses((status = 201, description = "The organization is there", body = OrganizationNow,
        headers(("Location" = String, description = "The organization"))))
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
    Body(body): Body<Naming>,
) -> Result<impl IntoResponse, Problem> {
    let (name, account) = (body.checked()?, current.account());
    state.limit(limits::CREATIONS, &account.to_string()).await?;
    let context = context.command(Actor::Account(account));
    let (id, events) = create_for(&state, account, &name, context).await?;
    let position = state.position(account, &events).await;
    let location = [(LOCATION, format!("{PATH}/{id}"))];
    let answer = OrganizationNow { id, name, role: Role::Owner, second_factor_demanded: false };
    Ok((StatusCode::CREATED, position, location, Json(answer)))
}

/// Creates an organization with its first owner, who says so of itself in the same step.
pub(crate) async fn create_for(
    state: &AppState,
    owner: AccountId,
    name: &str,
    context: CommandContext,
) -> Result<(OrganizationId, Vec<EventId>), Problem> {
    let (services, by) = (state.store.services(), context.actor);
    let (id, membership_id) = (OrganizationId::generate(services), MembershipId::generate(services));
    let done = state
        .store
        .transact(&context, async |mut unit| {
            let name = name.to_owned();
            let action = OrganizationAction::Create { organization_id: id, name, owner, membership_id };
            let after = unit
                .execute::<Organization>(&id.to_string(), OrganizationCommand { by: by.into(), action })
                .await?;
            let join = AccountCommand::JoinOrganization { organization_id: id, membership_id };
            unit.execute::<Account>(&owner.to_string(), join).await?;
            let mut extras = CommitExtras::default();
            let team = Team { before: None, after: after.body()?, by, gone: None };
            state.tell_team(&mut extras, team).await?;
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await?;
    Ok((id, done.events))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;

    #[test]
    fn a_name_is_trimmed_or_refused() {
        let checked = |name: &str| Naming { name: name.to_owned() }.checked().map_err(|error| error.kind());
        assert_eq!(checked(" Engines "), Ok("Engines".to_owned()));
        assert_eq!(checked(" "), Err(Kind::InvalidInput));
        assert_eq!(checked("a\u{202e}b"), Err(Kind::InvalidInput));
    }
}
