//! `DELETE /v1/organizations/{id}/members/{account_id}`: the end of a membership.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand};
use domain::organization::{Organization, OrganizationAction};
use domain::{AccountId, Actor, OrganizationId};
use event_store::CommitExtras;

use crate::extract::{Ids, RequestContext, Sudo};
use crate::problem::{Kind, Problem};
use crate::routes::organizations::lookup;
use crate::routes::organizations::notifications::Team;
use crate::state::AppState;

/// Removes a member, or leaves.
///
/// Everybody may leave; owners may remove everybody, admins all but owners. There is always an owner. Who is removed is
/// out at once; they and the owners are told by mail.
#[utoipa::path(
    delete, path = "/v1/organizations/{id}/members/{account_id}", tag = "Organizations", operation_id = "removeMember",
    responses(
        (status = 204, description = "They are no member any more"),
        (status = 403, description = "One's own role does not allow it: `insufficient-role`"),
        (status = 409, description = "There would be no owner any more: `last-owner`"),
    )
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Ids(id, member): Ids<OrganizationId, AccountId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let (account, organization_id) = (current.account(), id.to_string());
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            // Whoever leaves may, whatever is demanded of members.
            let found = if member == account {
                lookup::find_from_outside_in(&mut unit, account, id).await?
            } else {
                lookup::find_in(&mut unit, account, id).await?
            };
            let remove = found.action(OrganizationAction::RemoveMember { account_id: member });
            let after = unit.execute::<Organization>(&organization_id, remove).await?;
            let leave = AccountCommand::LeaveOrganization { organization_id: id };
            unit.execute::<Account>(&member.to_string(), leave).await?;
            let mut extras = CommitExtras::default();
            let by = Actor::Account(account);
            let team = Team { before: Some(&found.organization), after: after.body()?, by, gone: None };
            state.tell_team(&mut extras, team).await?;
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await
        // Their account ended meanwhile.
        .map_err(|error| Problem::from(error).instead_of(Kind::DataErased, Kind::NotFound))?;
    // What they read next shows it as well.
    state.position(member, &done.events).await;
    Ok((state.position(account, &done.events).await, StatusCode::NO_CONTENT))
}
