//! `/v1/invitations/{token}`: what the link in an invitation leads to.
//!
//! Whoever holds the link reads mail at the address: so it may be told whether that has an account. Opening the link does
//! nothing: the page behind it asks, and only its POST does (mail scanners follow links).

mod accept;
mod decline;
mod lookup;
mod register;
mod show;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show::show))
        .routes(routes!(accept::accept))
        .routes(routes!(register::register))
        .routes(routes!(decline::decline))
}
