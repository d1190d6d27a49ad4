//! `/v1/organizations`: the organizations of the caller, their members, and who is invited.
//!
//! What an organization says of its members, each account says of itself in the same step. A caller that is no
//! member finds nothing here, as if there were nothing.

pub(super) mod create;
mod demand;
mod history;
mod invitations;
mod list;
pub(super) mod lookup;
mod members;
pub(super) mod notifications;
mod rename;
mod show;

pub(crate) use invitations::{InvitationItem, InvitationList};
pub(crate) use list::{OrganizationItem, OrganizationList};
pub(crate) use members::{MemberItem, MemberList, MemberRole};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use domain::OrganizationId;
use domain::organization::Role;

use crate::schemas;
use crate::state::AppState;

pub(super) const PATH: &str = "/v1/organizations";

/// An organization as a command has left it.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct OrganizationNow {
    /// Its id.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: OrganizationId,
    /// Its name.
    #[schema(example = "Analytical Engines")]
    pub(crate) name: String,
    /// The role of who is asking: `owner`, `admin` or `member`.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: Role,
    /// Whether it demands a second factor of its members.
    pub(crate) second_factor_demanded: bool,
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(show::show, rename::rename))
        .routes(routes!(history::list))
        .routes(routes!(demand::demand))
        .merge(members::routes())
        .merge(invitations::routes())
}
