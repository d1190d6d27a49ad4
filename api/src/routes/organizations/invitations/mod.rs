//! `/v1/organizations/{id}/invitations`: who is invited into an organization.

mod invite;
mod list;
mod revoke;

pub(crate) use list::{InvitationItem, InvitationList};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list, invite::invite)).routes(routes!(revoke::revoke))
}
