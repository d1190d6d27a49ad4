//! `PUT` and `DELETE /v1/projects/{id}/owners/{account_id}`: who is named as an owner of a project.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::organization::Member;
use domain::project::{Project, ProjectAction};
use domain::{AccountId, Actor, ProjectId};
use event_store::CommitExtras;

use super::lookup;
use crate::event_position::EventPosition;
use crate::extract::{Ids, RequestContext, Sudo};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Names a member of the organization as an owner of a project. Its owners may.
///
/// It ends when they leave the organization. They and the other owners are told by mail.
#[utoipa::path(
    put, path = "/v1/projects/{id}/owners/{account_id}", tag = "Projects", operation_id = "addProjectOwner",
    responses(
        (status = 204, description = "They are an owner"),
        (status = 403, description = "One is no owner of it: `insufficient-role`"),
        (status = 409, description = "They are no member of its organization: `not-member`"),
    )
)]
pub(crate) async fn add(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Ids(id, owner): Ids<ProjectId, AccountId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let add =
        |member: Member| ProjectAction::AddOwner { account_id: owner, membership_id: member.membership_id };
    let position = carry_out(&state, current.account(), id, owner, &context, add).await?;
    Ok((position, StatusCode::NO_CONTENT))
}

/// Names somebody as an owner of a project no longer. Its owners may. They are told by mail.
#[utoipa::path(
    delete, path = "/v1/projects/{id}/owners/{account_id}", tag = "Projects", operation_id = "removeProjectOwner",
    params(("account_id" = String, Path, description = "The owner", example = "acc_01h455vb4pex5vsknk084sn02q")),
    responses(
        (status = 204, description = "They are no owner by name any more"),
        (status = 403, description = "One is no owner of it: `insufficient-role`"),
        (status = 404, description = "One is no member of its organization, or they are not named as an owner: `not-found`"),
        (status = 409, description = "They are no member of its organization: `not-member`"),
    )
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Ids(id, owner): Ids<ProjectId, AccountId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let remove = |_| ProjectAction::RemoveOwner { account_id: owner };
    let position = carry_out(&state, current.account(), id, owner, &context, remove).await?;
    Ok((position, StatusCode::NO_CONTENT))
}

async fn carry_out(
    state: &AppState,
    account: AccountId,
    project: ProjectId,
    owner: AccountId,
    context: &RequestContext,
    action: impl Fn(Member) -> ProjectAction,
) -> Result<EventPosition, Problem> {
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, project).await?;
            let member = found.organization.members.get(&owner).copied();
            let action = action(member.ok_or_else(|| Problem::new(Kind::NotMember))?);
            let after = unit.execute::<Project>(&project.to_string(), found.action(action)).await?;
            let (before, after) = (&found.project, after.body()?);
            let mut extras = CommitExtras::default();
            if before.owners != after.owners {
                let change = (owner, after.owners.contains_key(&owner));
                state.tell_project_owners(&mut extras, (&found.organization, after), change, account).await?;
            }
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await?;
    Ok(state.position(account, &done.events).await)
}
