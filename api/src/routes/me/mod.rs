//! `/v1/me`: the account of the caller.

mod account;
mod deletion;
mod email;
pub(super) mod factor_removal;
mod gdpr_token;
mod history;
mod password;
mod phone;
mod preferences;
mod profile;
mod recovery_codes;
pub(crate) mod sessions;
mod show;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show::show, profile::change, deletion::end))
        .routes(routes!(deletion::show, deletion::end_by_post))
        .routes(routes!(email::change))
        .routes(routes!(password::change))
        .routes(routes!(phone::change, phone::remove))
        .routes(routes!(phone::verify))
        .routes(routes!(recovery_codes::renew))
        .routes(routes!(factor_removal::show, factor_removal::object))
        .routes(routes!(gdpr_token::make, gdpr_token::show, gdpr_token::revoke))
        .routes(routes!(preferences::show, preferences::change))
        .routes(routes!(history::show))
}
