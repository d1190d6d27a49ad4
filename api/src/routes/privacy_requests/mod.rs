//! `/v1/me/privacy-requests`: having one's data handed over (GDPR Art. 15 and 20) or erased (Art. 17).

mod archive;
mod cancel;
mod follow;
mod list;
mod lookup;
mod receive;
mod representation;
mod show;

pub(crate) use list::PrivacyRequestList;
pub(crate) use receive::Receipt;
pub(crate) use representation::{ArchiveBody, PrivacyRequestBody, SourceBody, SourceState};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// Where the requests are.
const PATH: &str = "/v1/me/privacy-requests";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(receive::receive, list::list))
        .routes(routes!(show::show, cancel::cancel))
        .routes(routes!(follow::follow))
        .routes(routes!(archive::download::download, archive::disable::disable))
}
