//! `/v1/projects/{id}/credentials`: the API key and secret of a project. Its owners alone see and change them.

mod reset;
mod retire;
mod reveal;

pub(crate) use reset::NewPair;
pub(crate) use reveal::Revealed;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(reveal::reveal))
        .routes(routes!(reset::reset))
        .routes(routes!(retire::retire))
}
