//! `/settings/organizations/{id}/invitations/{invitation_id}/revoke`: taking an invitation back.

use axum::http::Method;
use axum::response::Response;
use domain::{InvitationId, OrganizationId};

use crate::extract::Ids;
use crate::problem::Kind;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done, see};

/// The button stands with the invitation: there who comes here, after signing in, presses it.
pub(in crate::settings) async fn show(
    visit: Visit,
    Ids(id, _): Ids<OrganizationId, InvitationId>,
) -> Result<Response, Refusal> {
    visit.me().await?;
    Ok(see(&format!("/settings/organizations/{id}")))
}

/// Takes it back. One that was answered or is over meanwhile is told of as such.
pub(in crate::settings) async fn revoke(
    visit: Visit,
    Ids(id, invitation): Ids<OrganizationId, InvitationId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let here = format!("/settings/organizations/{id}");
    let path = format!("/v1/organizations/{id}/invitations/{invitation}");
    match visit.v1.command(Method::DELETE, &path, None, sent.key()).await {
        Ok(()) => Ok(done(&here, "revoked")),
        Err(refusal) if refusal.kind == Kind::NotFound => Ok(done(&here, "over")),
        Err(refusal) => Err(refusal),
    }
}
