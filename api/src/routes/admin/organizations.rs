//! `POST /v1/admin/organizations` and `PUT /v1/admin/organizations/{id}/members/{account_id}`: provisioning.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand, AccountError};
use domain::organization::{Organization, OrganizationAction, OrganizationCommand, Role};
use domain::{AccountId, Actor, MembershipId, OrganizationId};
use event_store::{CommitExtras, ExecuteError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, Ids, Operator, RequestContext, parsed, word};
use crate::names;
use crate::problem::{InputError, Kind, Problem};
use crate::routes::organizations::create::create_for;
use crate::routes::organizations::notifications::Team;
use crate::schemas;
use crate::state::AppState;

/// An organization to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrganization {
    /// The name. It need not be unique.
    #[schema(min_length = 1, max_length = 200, example = "Analytical Engines")]
    name: String,
    /// The account that shall be its first owner.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    #[serde(deserialize_with = "parsed")]
    owner: AccountId,
}

/// An organization that was created.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvisionedOrganization {
    /// Its id.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    organization_id: OrganizationId,
}

/// Creates an organization for somebody.
#[utoipa::path(
    post, path = "/v1/admin/organizations", tag = "Operators", operation_id = "provisionOrganization",
    request_body = NewOrganization,
    responses((status = 201, description = "The organization is there", body = ProvisionedOrganization,
        headers(("Location" = String, description = "The organization"))))
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Operator(operator): Operator,
    context: RequestContext,
    Body(body): Body<NewOrganization>,
) -> Result<impl IntoResponse, Problem> {
    let name = names::check(&body.name, "/name").map_err(|error| Problem::invalid(vec![error]))?;
    let context = context.command(Actor::Operator(operator));
    let created = create_for(&state, body.owner, &name, context).await;
    let (id, events) = created.map_err(|problem| match problem.kind() {
        Kind::Unauthenticated => no_account("/owner"),
        _ => problem,
    })?;
    let position = state.position_for_operator(body.owner, &events).await;
    let location = [(LOCATION, format!("/v1/organizations/{id}"))];
    Ok((StatusCode::CREATED, position, location, Json(ProvisionedOrganization { organization_id: id })))
}

fn no_account(pointer: &str) -> Problem {
    Problem::invalid(vec![InputError::at(pointer, "there is no such account")])
}

/// A role to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenRole {
    /// `owner`, `admin` or `member`.
    #[schema(value_type = schemas::Role)]
    #[serde(deserialize_with = "word")]
    role: Role,
}

/// Makes an account a member of an organization, or gives a member another role. They and the owners are told by mail.
#[utoipa::path(
    put, path = "/v1/admin/organizations/{id}/members/{account_id}", tag = "Operators", operation_id = "provisionMember",
    request_body = GivenRole,
    params(("account_id" = String, Path, description = "The account", example = "acc_01h455vb4pex5vsknk084sn02q")),
    responses(
        (status = 204, description = "The account is a member with this role"),
        (status = 404, description = "There is no such organization, or no such account: `not-found`"),
        (status = 409, description = "It would be left without an owner: `last-owner`; or it is full: `organization-full`"),
    )
)]
pub(crate) async fn put_member(
    State(state): State<AppState>,
    Operator(operator): Operator,
    Ids(organization_id, account_id): Ids<OrganizationId, AccountId>,
    context: RequestContext,
    Body(body): Body<GivenRole>,
) -> Result<impl IntoResponse, Problem> {
    let (organization, account) = (organization_id.to_string(), account_id.to_string());
    let membership_id = MembershipId::generate(state.store.services());
    let done = state
        .store
        .transact(&context.command(Actor::Operator(operator)), async |mut unit| {
            let before: Organization = unit.load(&organization).await?;
            let is_member = before.body()?.members.contains_key(&account_id);
            let action = if is_member {
                OrganizationAction::ChangeRole {
                    account_id,
                    role: body.role,
                    next_membership_id: membership_id,
                }
            } else {
                OrganizationAction::AddMember { account_id, membership_id, role: body.role }
            };
            let command = OrganizationCommand { by: Actor::Operator(operator).into(), action };
            let after = unit.execute::<Organization>(&organization, command).await?;
            if !is_member {
                let join = AccountCommand::JoinOrganization { organization_id, membership_id };
                unit.execute::<Account>(&account, join).await.map_err(|error| match error {
                    ExecuteError::Refused(AccountError::Unknown) => Problem::new(Kind::NotFound),
                    error => error.into(),
                })?;
            }
            let mut extras = CommitExtras::default();
            let team = Team {
                before: Some(before.body()?),
                after: after.body()?,
                by: Actor::Operator(operator),
                gone: None,
            };
            state.tell_team(&mut extras, team).await?;
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await?;
    Ok((state.position_for_operator(account_id, &done.events).await, StatusCode::NO_CONTENT))
}
