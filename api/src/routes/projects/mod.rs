//! `/v1/projects`: what usage is collected in, who owns it, and its credentials.
//!
//! How the caller stands in the organization is read from the organization's events each time: a member who was
//! removed a moment ago may do nothing any more. To others a project is as unknown as one there never was.

pub(super) mod create;
mod credentials;
mod history;
mod list;
pub(super) mod lookup;
pub(super) mod new_credentials;
pub(super) mod owner_notifications;
mod owners;
mod rename;
mod representation;
mod show;

pub(crate) use create::NewProject;
pub(crate) use credentials::{NewPair, Revealed};
pub(crate) use list::ProjectList;
pub(crate) use representation::{PreviousPair, ProjectItem};
pub(crate) use show::{ProjectOwner, ProjectShown};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) const PATH: &str = "/v1/projects";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(create::create))
        .routes(routes!(show::show, rename::rename))
        .routes(routes!(history::list))
        .routes(routes!(owners::add, owners::remove))
        .merge(credentials::routes())
}
