//! What machines show, and what it is worth: for gateways in front of other services, and for its holder.
//!
//! The value of a credential is all that opens it, and is hashed before it is looked up. What was once valid is told
//! apart from what never was: only a caller that shows the value learns what became of it.

mod introspect;
mod lookup;
mod own;
mod revoke;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(introspect::introspect))
        .routes(routes!(revoke::revoke))
        .routes(routes!(own::show))
}
