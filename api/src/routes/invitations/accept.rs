//! `POST /v1/invitations/accept`: joining with the account one has.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand, Holder};
use domain::organization::{Organization, OrganizationAction, OrganizationCommand, Role};
use domain::{Actor, EmailAddress, MembershipId, OrganizationId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use serde::Serialize;
use utoipa::ToSchema;

use super::open::Open;
use crate::extract::{Body, CurrentSession, RequestContext};
use crate::links::OpenedLink;
use crate::problem::{Kind, Problem};
use crate::routes::organizations::notifications::Team;
use crate::schemas;
use crate::state::AppState;

/// The membership that began.
#[derive(Serialize, ToSchema)]
pub(crate) struct Joined {
    /// In which organization.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    organization_id: OrganizationId,
    /// The role.
    #[schema(value_type = schemas::Role)]
    role: Role,
}

/// Accepts an invitation with the account one is signed in to.
///
/// Its present address must be the one that was invited. The owners are told by mail.
#[utoipa::path(
    post, path = "/v1/invitations/accept", tag = "Organizations", operation_id = "acceptInvitation", request_body = OpenedLink,
    responses(
        (status = 200, description = "The membership began", body = Joined),
        (status = 403, description = "Another address was invited: `invitation-for-another`"),
        (status = 409, description = "One is a member already: `already-member`; there is no room: `organization-full`; or the same Idempotency-Key is at work: `request-in-progress`"),
        (status = 410, description = "The link no longer works: `link-dead`"),
    )
)]
pub(crate) async fn accept(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let open = Open::by(&state, &token, &context).await?;
    let (account_id, organization_id) = (current.account(), open.organization);
    let id = account_id.to_string();
    let membership_id = MembershipId::generate(state.store.services());
    let done = state
        .store
        .transact(&context.command(Actor::Account(account_id)), async |mut unit| {
            let before: Account = unit.load(&id).await?;
            if !has_address(before.holder()?, &open.email) {
                return Err(Problem::new(Kind::InvitationForAnother));
            }
            let accept =
                OrganizationAction::AcceptInvitation { invitation_id: open.id, account_id, membership_id };
            let command = OrganizationCommand { by: Actor::Account(account_id).into(), action: accept };
            let organization = organization_id.to_string();
            let without: Organization = unit.load(&organization).await?;
            let after = unit.execute::<Organization>(&organization, command).await?;
            let join = AccountCommand::JoinOrganization { organization_id, membership_id };
            unit.execute::<Account>(&id, join).await?;
            let records = vec![RecordWrite::TakeInvitation(open.id)];
            let mut extras = CommitExtras { records, ..CommitExtras::default() };
            let by = Actor::Account(account_id);
            let team = Team { before: without.body.as_ref(), after: after.body()?, by, gone: None };
            state.tell_team(&mut extras, team).await?;
            Ok((unit, extras, ()))
        })
        .await
        // It was closed in this moment.
        .map_err(|error| Problem::from(error).instead_of(Kind::NotFound, Kind::LinkDead))?;
    let position = state.position(account_id, &done.events).await;
    Ok((position, Json(Joined { organization_id, role: open.role })))
}

/// Whether the account signs in with this address now.
fn has_address(holder: &Holder, email: &EmailAddress) -> bool {
    holder.email.known().is_some_and(|present| present.canonical() == email.canonical())
}
