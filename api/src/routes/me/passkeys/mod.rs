//! `/v1/me/passkeys`: passkeys, which sign in without a password, and are second factors beside one.

mod accepted;
mod add;
mod list;
mod options;
mod remove;
mod rename;

pub(crate) use accepted::AcceptedPasskeys;
pub(crate) use add::AddedPasskey;
pub(crate) use list::PasskeyItem;
pub(super) use list::items;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, add::add))
        .routes(routes!(accepted::show))
        .routes(routes!(options::ask))
        .routes(routes!(rename::rename, remove::remove))
}
