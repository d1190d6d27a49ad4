//! `/v1/me`: the account of who is asking.

mod account;
mod history;
mod password;
mod preferences;
mod show;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show::show))
        .routes(routes!(password::change))
        .routes(routes!(preferences::show, preferences::change))
        .routes(routes!(history::show))
}
