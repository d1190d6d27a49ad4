//! `/v1/admin/privacy-requests`: the requests of all accounts, for the privacy desk.

mod list;
mod query;
mod row;
mod show;
mod statistics;

pub(crate) use list::DeskRequestList;
pub(crate) use row::DeskRequestRow;
pub(crate) use show::DeskRequestBody;
pub(crate) use statistics::{
    DayBody, KindCount, RequestStatisticsBody, TimeToCompletionBody, TimesToCompletion,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// Where the requests are.
const PATH: &str = "/v1/admin/privacy-requests";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(statistics::show))
        .routes(routes!(show::show))
}
