//! `/v1/email-confirmations`, `/v1/email-undos`, `/v1/billing-email-undos`, `/v1/factor-undos` and
//! `/v1/factor-removal-objections`: what the links do that confirm a change of an address, those that take a change back,
//! and the one that objects.
//!
//! Opening a link does nothing: the page behind it asks, and only its POST does (mail scanners follow links). The token
//! is in the body of that POST, and so in no log of a proxy.

mod confirm;
mod object;
mod undo;
mod undo_billing;
mod undo_factor;
mod undoing;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(confirm::confirm))
        .routes(routes!(undo::undo))
        .routes(routes!(undo_billing::undo))
        .routes(routes!(undo_factor::undo))
        .routes(routes!(object::object))
}
