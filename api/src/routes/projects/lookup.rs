//! Finding a project through the rights of the caller, and how they stand to it.

use domain::organization::{Asker, Organization, OrganizationState};
use domain::project::{MemberActor, Project, ProjectAction, ProjectCommand, ProjectError, ProjectState};
use domain::{AccountId, ProjectId};
use event_store::UnitOfWork;

use crate::problem::Problem;
use crate::routes::organizations::lookup::{asker, asker_in};
use crate::state::AppState;

/// A project, its organization, and the caller.
pub(crate) struct Found {
    pub(crate) project: ProjectState,
    pub(crate) organization: OrganizationState,
    /// How the caller stands in the organization.
    pub(crate) standing: MemberActor,
    /// The sequence of the project's newest event.
    pub(crate) version: u64,
}

/// The project, if `account` is a member of its organization now, and meets what that demands.
pub(crate) async fn find(state: &AppState, account: AccountId, id: ProjectId) -> Result<Found, Problem> {
    let (project, version) = state.store.load::<Project>(&id.to_string()).await?;
    let owner = project.body()?.organization_id.to_string();
    let (organization, _) = state.store.load::<Organization>(&owner).await?;
    let asker = asker(state, account, &organization).await?;
    found(project, version, &organization, asker)
}

/// As [`find`], as it stands in a piece of work.
pub(crate) async fn find_in(
    unit: &mut UnitOfWork,
    account: AccountId,
    id: ProjectId,
) -> Result<Found, Problem> {
    let (project, version) = unit.load_versioned::<Project>(&id.to_string()).await?;
    let owner = project.body()?.organization_id.to_string();
    let organization = unit.load::<Organization>(&owner).await?;
    let asker = asker_in(unit, account, &organization).await?;
    found(project, version, &organization, asker)
}

fn found(
    project: Project,
    version: u64,
    organization: &Organization,
    asker: Asker,
) -> Result<Found, Problem> {
    let organization = organization.body()?.clone();
    let standing = MemberActor::member(&organization, asker)?;
    Ok(Found { project: project.body.ok_or(ProjectError::Unknown)?, organization, standing, version })
}

impl Found {
    /// A wish of the caller.
    pub(crate) fn action(&self, action: ProjectAction) -> ProjectCommand {
        ProjectCommand { by: self.standing, action }
    }
}
