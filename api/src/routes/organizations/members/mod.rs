//! `/v1/organizations/{id}/members`: who is in an organization, and as what.

mod change_role;
mod list;
mod remove;
mod show;

pub(crate) use change_role::MemberRole;
pub(crate) use list::{MemberItem, MemberList};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(
        show::show,
        change_role::change_role,
        remove::remove
    ))
}
