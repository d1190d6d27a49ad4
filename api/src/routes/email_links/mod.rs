//! `/v1/email-confirmations`, `/v1/email-undos` and `/v1/billing-email-undos`: what the links of a change of an address
//! do.
//!
//! Opening a link does nothing: the page behind it asks, and only its POST does (mail scanners follow links). The token
//! is in the body of that POST, and so in no log of a proxy.

mod confirm;
mod undo;
mod undo_billing;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(confirm::confirm))
        .routes(routes!(undo::undo))
        .routes(routes!(undo_billing::undo))
}
