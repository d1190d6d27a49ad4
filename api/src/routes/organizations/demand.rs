//! `PUT /v1/organizations/{id}/second-factor-demand`: whether members must have a second factor.
//!
//! It holds for every right in the organization and in its projects, and is decided on the events of both the
//! organization and the account. Whoever removes their last factor is out until there is another.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::account::Account;
use domain::organization::{Asker, Organization, OrganizationAction, OrganizationCommand};
use domain::{Actor, OrganizationId};
use event_store::CommitExtras;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{OrganizationNow, lookup};
use crate::extract::{Body, Id, RequestContext, Sudo};
use crate::problem::Problem;
use crate::state::AppState;

/// Whether members must have a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Demand {
    /// Whether it is demanded.
    #[schema(example = true)]
    demanded: bool,
}

/// Demands a second factor of the members of an organization, or no longer. Its owners may who have one themselves.
///
/// A member without one sees that the organization is there, and can leave it; all else in it and in its projects is
/// refused until they add a passkey, an authenticator app or a phone. All members are told by mail.
#[utoipa::path(
    put, path = "/v1/organizations/{id}/second-factor-demand", tag = "Organizations",
    operation_id = "demandSecondFactor", request_body = Demand,
    responses(
        (status = 200, description = "The organization as it stands now", body = OrganizationNow),
        (status = 403, description = "One is no owner: `insufficient-role`; or has no second factor: `second-factor-demanded`"),
    )
)]
pub(crate) async fn demand(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Id(id): Id<OrganizationId>,
    context: RequestContext,
    Body(Demand { demanded }): Body<Demand>,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let by = Actor::Account(account);
    let done = state
        .store
        .transact(&context.command(by), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, id).await?;
            let holder: Account = unit.load(&account.to_string()).await?;
            let action = OrganizationAction::DemandSecondFactor { demanded };
            let command = OrganizationCommand { by: Asker::holder(holder.holder()?), action };
            let after = unit.execute::<Organization>(&id.to_string(), command).await?;
            let mut extras = CommitExtras::default();
            if found.organization.second_factor_demanded != demanded {
                state.tell_of_demand(&mut extras, after.body()?, by).await?;
            }
            Ok::<_, Problem>((unit, extras, found))
        })
        .await?;
    let position = state.position(account, &done.events).await;
    let (name, role) = (done.answer.organization.name, done.answer.member.role);
    Ok((position, Json(OrganizationNow { id, name, role, second_factor_demanded: demanded })))
}
