//! `DELETE /v1/organizations/{id}/invitations/{invitation_id}`: taking an invitation back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::organization::{InvitationEnd, Organization, OrganizationAction};
use domain::{Actor, InvitationId, OrganizationId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;

use crate::extract::{CurrentSession, Ids, RequestContext};
use crate::problem::{Kind, Problem};
use crate::routes::organizations::lookup;
use crate::state::AppState;

/// Takes an invitation back: its link no longer works.
///
/// Owners may take back every invitation, admins all but those of owners.
#[utoipa::path(
    delete, path = "/v1/organizations/{id}/invitations/{invitation_id}", tag = "Organizations",
    operation_id = "revokeInvitation",
    responses(
        (status = 204, description = "It was taken back"),
        (status = 403, description = "One's own role does not allow it: `insufficient-role`"),
    )
)]
pub(crate) async fn revoke(
    State(state): State<AppState>,
    current: CurrentSession,
    Ids(id, invitation_id): Ids<OrganizationId, InvitationId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let (account, organization) = (current.account(), id.to_string());
    let end = OrganizationAction::EndInvitation { invitation_id, reason: InvitationEnd::Revoked };
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, id).await?;
            unit.execute::<Organization>(&organization, found.action(end.clone())).await?;
            let records = vec![RecordWrite::ForgetInvitation(invitation_id)];
            Ok::<_, Problem>((unit, CommitExtras { records, ..CommitExtras::default() }, ()))
        })
        .await
        .map_err(|error| Problem::from(error).instead_of(Kind::LinkDead, Kind::NotFound))?;
    Ok((state.position(account, &done.events).await, StatusCode::NO_CONTENT))
}
