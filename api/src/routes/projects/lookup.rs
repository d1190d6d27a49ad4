//! Finding a project through the rights of the caller, and how they stand to it.

use domain::organization::{Organization, OrganizationState};
use domain::project::{MemberActor, Project, ProjectAction, ProjectCommand, ProjectError, ProjectState};
use domain::{AccountId, Actor, ProjectId};
use event_store::UnitOfWork;

use crate::problem::Problem;
use crate::routes::organizations::lookup::member_of;
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

/// The project, if `account` is a member of its organization now.
pub(crate) async fn find(state: &AppState, account: AccountId, id: ProjectId) -> Result<Found, Problem> {
    let (project, version) = state.store.load::<Project>(&id.to_string()).await?;
    let owner = project.body()?.organization_id.to_string();
    let (organization, _) = state.store.load::<Organization>(&owner).await?;
    found(project, version, &organization, account)
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
    found(project, version, &organization, account)
}

fn found(
    project: Project,
    version: u64,
    organization: &Organization,
    account: AccountId,
) -> Result<Found, Problem> {
    let (body, member) = member_of(organization, account)?;
    let standing = MemberActor { by: Actor::Account(account), member: Some(member) };
    let organization = body.clone();
    Ok(Found { project: project.body.ok_or(ProjectError::Unknown)?, organization, standing, version })
}

impl Found {
    /// A wish of the caller.
    pub(crate) fn action(&self, action: ProjectAction) -> ProjectCommand {
        ProjectCommand { by: self.standing, action }
    }
}
