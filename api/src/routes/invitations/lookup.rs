//! `POST /v1/invitations/lookup`: what one is invited to. A POST only so that the token stands in no address.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::organization::Role;
use domain::{EmailAddress, OrganizationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::open::Open;
use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::Problem;
use crate::schemas;
use crate::state::AppState;

/// The organization one is invited into.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Inviter {
    /// Its id.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    id: OrganizationId,
    /// Its name.
    #[schema(example = "Analytical Engines")]
    pub(crate) name: String,
}

/// An invitation, for who received it.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct InvitationShown {
    /// The organization.
    pub(crate) organization: Inviter,
    /// The role to come.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: Role,
    /// The address it was sent to.
    #[schema(value_type = String, format = Email, example = "grace@example.com")]
    pub(crate) email: EmailAddress,
    /// Until when it can be accepted.
    pub(crate) expires_at: DateTime<Utc>,
    /// Whether the address has an account: then sign in and accept; otherwise register.
    pub(crate) has_account: bool,
}

/// Shows an invitation. Nothing happens by that.
#[utoipa::path(
    post, path = "/v1/invitations/lookup", tag = "Organizations", operation_id = "lookUpInvitation", request_body = OpenedLink,
    responses((status = 200, description = "The invitation", body = InvitationShown))
)]
pub(crate) async fn look_up(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let open = Open::by(&state, &token, &context).await?;
    let has_account = state.store.account_with(&open.email).await?.is_some();
    Ok(Json(InvitationShown {
        organization: Inviter { id: open.organization, name: open.name },
        role: open.role,
        email: open.email,
        expires_at: open.expires_at,
        has_account,
    }))
}
