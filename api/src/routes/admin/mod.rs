//! `/v1/admin`: what operators do, with their own tokens.

mod checkpoint;
mod history;
mod look;
mod organizations;
mod parked;
mod projects;
mod recovery;
mod register;
mod state;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register::register))
        .routes(routes!(organizations::create))
        .routes(routes!(organizations::put_member))
        .routes(routes!(projects::create))
        .routes(routes!(recovery::end_sessions))
        .routes(routes!(recovery::begin_factor_removal))
        .routes(routes!(history::show))
        .routes(routes!(state::show))
        .routes(routes!(parked::list))
        .routes(routes!(checkpoint::checkpoint))
}
