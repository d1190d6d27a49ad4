//! `/v1/password-resets`: choosing a new password by a link that is mailed.

mod ask;
mod choose;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(ask::ask, choose::choose))
}

pub(super) use ask::send_link;
