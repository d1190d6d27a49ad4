//! `/v1/invitations`: what the link in an invitation leads to. Its token is in the body, and so in no log of a proxy.
//!
//! The holder of the link reads mail at the address: so it may be told whether that has an account. Opening the link
//! does nothing: the page behind it asks, and only its POST does (mail scanners follow links).

mod accept;
mod decline;
mod lookup;
mod open;
mod register;

pub(crate) use lookup::InvitationShown;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(lookup::look_up))
        .routes(routes!(accept::accept))
        .routes(routes!(register::register))
        .routes(routes!(decline::decline))
}
