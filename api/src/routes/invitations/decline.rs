//! `POST /v1/invitations/decline`: an invitation that is not wanted.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::Actor;
use domain::organization::{InvitationEnd, Organization, OrganizationAction, OrganizationCommand};
use event_store::CommitExtras;
use event_store::records::RecordWrite;

use super::open::Open;
use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Declines an invitation. The address is forgotten.
#[utoipa::path(
    post, path = "/v1/invitations/decline", tag = "Organizations", operation_id = "declineInvitation",
    request_body = OpenedLink,
    responses((status = 204, description = "It was declined"))
)]
pub(crate) async fn decline(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let open = Open::by(&state, &token, &context).await?;
    let organization = open.organization.to_string();
    state
        .store
        // The invited person who declines need have no account: the service itself acts.
        .transact(&context.command_of_service(), async |mut unit| {
            let reason = InvitationEnd::Declined;
            let action = OrganizationAction::EndInvitation { invitation_id: open.id, reason };
            unit.execute::<Organization>(
                &organization,
                OrganizationCommand { by: Actor::Service.into(), action },
            )
            .await?;
            let records = vec![RecordWrite::TakeInvitation(open.id)];
            Ok::<_, Problem>((unit, CommitExtras { records, ..CommitExtras::default() }, ()))
        })
        .await
        // It was closed in this moment.
        .map_err(|error| Problem::from(error).instead_of(Kind::NotFound, Kind::LinkDead))?;
    Ok(StatusCode::NO_CONTENT)
}
