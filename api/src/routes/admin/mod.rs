//! `/v1/admin`: what operators do, with their own tokens.

mod checkpoint;
mod register;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(register::register)).routes(routes!(checkpoint::checkpoint))
}
