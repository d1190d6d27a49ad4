//! `/v1/email-confirmations` and `/v1/email-undos`: what the two links of a change of the address do.
//!
//! Opening a link does nothing: the page behind it asks, and only its POST does (mail scanners follow links). The token
//! is in the body of that POST, and so in no log of a proxy.

mod confirm;
mod undo;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(confirm::confirm)).routes(routes!(undo::undo))
}
