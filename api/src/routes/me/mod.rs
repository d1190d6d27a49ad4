//! `/v1/me`: the account of the caller.

mod account;
mod consents;
mod deletion;
mod email;
mod factor_change;
pub(super) mod factor_removal;
mod factors;
mod gdpr_token;
mod history;
mod passkeys;
mod password;
mod phone;
mod preferences;
mod profile;
mod recovery_codes;
pub(crate) mod sessions;
mod show;
mod totp;

pub(crate) use account::{MyOrganization, TwoFactor, opened_at};
pub(crate) use consents::{Consent, Consents};
pub(crate) use deletion::{Deletion, EndingExport};
pub(crate) use factor_removal::WaitingRemoval;
pub(crate) use factors::{AppFactor, SecondFactors};
pub(crate) use gdpr_token::{GdprTokenFacts, NewGdprToken};
pub(crate) use passkeys::{AcceptedPasskeys, AddedPasskey, PasskeyItem};
pub(crate) use recovery_codes::RecoveryCodes;
pub(crate) use show::Me;
pub(crate) use totp::{AddedApp, NewApp};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show::show, profile::change, deletion::end))
        .routes(routes!(deletion::show, deletion::end_by_post))
        .routes(routes!(email::change))
        .routes(routes!(email::cancel))
        .routes(routes!(password::change))
        .routes(routes!(phone::change, phone::remove))
        .routes(routes!(phone::verify))
        .routes(routes!(totp::stage, totp::remove))
        .routes(routes!(totp::verify))
        .merge(passkeys::routes())
        .routes(routes!(factors::show))
        .routes(routes!(recovery_codes::renew))
        .routes(routes!(factor_removal::show, factor_removal::object))
        .routes(routes!(gdpr_token::make, gdpr_token::show, gdpr_token::revoke))
        .routes(routes!(preferences::show, preferences::change))
        .routes(routes!(consents::show))
        .routes(routes!(history::show))
}
