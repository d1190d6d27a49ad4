//! `PUT /v1/organizations/{id}/members/{account_id}`: another role for a member.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::organization::{Organization, OrganizationAction, OrganizationState, Role};
use domain::{AccountId, Actor, MembershipId, OrganizationId};
use event_store::CommitExtras;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, Ids, RequestContext, Sudo, parsed};
use crate::problem::{Kind, Problem};
use crate::routes::organizations::lookup;
use crate::routes::organizations::notifications::Team;
use crate::schemas;
use crate::state::AppState;

/// The role a member shall have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleChange {
    /// `owner`, `admin` or `member`.
    #[schema(value_type = schemas::Role)]
    #[serde(deserialize_with = "parsed")]
    role: Role,
}

/// What a member is now.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct MemberRole {
    /// Which account.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: AccountId,
    /// The role.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: Role,
    /// What ended with a lesser role: being named as an owner of projects (an owner can name the member again).
    pub(crate) ended_project_ownership: bool,
    /// What ended with a lesser role: open invitations that the member had sent and may not send any more.
    pub(crate) ended_invitations: usize,
}

impl MemberRole {
    /// What the member is now, having been another `before`.
    fn of(account_id: AccountId, before: &OrganizationState, now: &OrganizationState) -> Option<Self> {
        let (was, is) = (before.members.get(&account_id)?, now.members.get(&account_id)?);
        Some(Self {
            account_id,
            role: is.role,
            ended_project_ownership: was.membership_id != is.membership_id,
            ended_invitations: before.invitations.len().saturating_sub(now.invitations.len()),
        })
    }
}

/// Gives a member another role.
///
/// Owners may give and take every role, admins all but that of an owner. There is always an owner. With a lesser role
/// end what was given by name for the one before, and invitations that the member may not send any more; the answer
/// tells of it. The member and the owners are told by mail.
#[utoipa::path(
    put, path = "/v1/organizations/{id}/members/{account_id}", tag = "Organizations", operation_id = "changeRole",
    request_body = RoleChange,
    responses(
        (status = 200, description = "The member has the role", body = MemberRole),
        (status = 403, description = "One's own role does not allow it: `insufficient-role`"),
        (status = 409, description = "There would be no owner any more: `last-owner`"),
    )
)]
pub(crate) async fn change_role(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Ids(id, member): Ids<OrganizationId, AccountId>,
    context: RequestContext,
    Body(body): Body<RoleChange>,
) -> Result<impl IntoResponse, Problem> {
    let (account, role, organization_id) = (current.account(), body.role, id.to_string());
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, id).await?;
            let body = &found.organization;
            if !body.members.contains_key(&member) {
                return Err(Problem::new(Kind::NotFound));
            }
            let next_membership_id = MembershipId::generate(state.store.services());
            let change = OrganizationAction::ChangeRole { account_id: member, role, next_membership_id };
            let after = unit.execute::<Organization>(&organization_id, found.action(change)).await?;
            let answer = MemberRole::of(member, body, after.body()?);
            let mut extras = CommitExtras::default();
            let by = Actor::Account(account);
            let team = Team { before: Some(body), after: after.body()?, by, gone: None };
            state.tell_team(&mut extras, team).await?;
            Ok((unit, extras, answer.ok_or_else(|| Problem::new(Kind::NotFound))?))
        })
        .await
        // Their account ended meanwhile.
        .map_err(|error| Problem::from(error).instead_of(Kind::DataErased, Kind::NotFound))?;
    // What the member reads next shows it as well.
    state.position(member, &done.events).await;
    let position = state.position(account, &done.events).await;
    Ok((position, Json(done.answer)))
}
