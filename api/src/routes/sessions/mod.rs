//! `/v1/sessions`: signing in, being asked again, and signing out.

mod end;
mod list;
pub(crate) mod new_session;
mod passkey;
mod reauthenticate;
mod second_factor;
mod sign_in;
mod sign_out;

pub(crate) use list::{SessionItem, SessionList};

use chrono::Duration;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// How long a session lives however much it is used.
const LIFE: Duration = Duration::days(30);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::sign_in, list::list, end::end_others))
        .routes(routes!(second_factor::second_step))
        .routes(routes!(second_factor::send_code))
        .routes(routes!(passkey::ask))
        .routes(routes!(passkey::sign_in))
        .routes(routes!(reauthenticate::reauthenticate))
        .routes(routes!(passkey::ask_in_session))
        .routes(routes!(sign_out::sign_out))
        .routes(routes!(end::end))
}
