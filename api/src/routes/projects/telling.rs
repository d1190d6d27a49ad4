//! Telling the owners of a project what happened to its credentials, and who is named as an owner.

use std::collections::BTreeSet;

use domain::AccountId;
use domain::message::{NamedProject, OwnersChange, Says};
use domain::organization::{Body as OrganizationBody, Role};
use domain::project::Body;
use event_store::Attached;

use crate::problem::Problem;
use crate::routes::organizations::telling::MOST_TOLD;
use crate::state::AppState;

/// A project as messages name it.
pub(crate) fn named(project: &Body) -> NamedProject {
    NamedProject { project_id: project.project_id, name: project.name.clone() }
}

/// Has the owners told what `says` says to somebody who did it themselves, or did not.
pub(crate) async fn tell_owners(
    state: &AppState,
    attached: &mut Attached,
    (organization, project): (&OrganizationBody, &Body),
    by: Option<AccountId>,
    says: impl Fn(bool) -> Says,
) -> Result<(), Problem> {
    for owner in owners(organization, project) {
        state.tell(attached, owner, says(by == Some(owner))).await?;
    }
    Ok(())
}

impl AppState {
    /// Tells a member that they are named as an owner of a project or not any more, and its owners.
    pub(crate) async fn tell_project_owners(
        &self,
        attached: &mut Attached,
        (organization, project): (&OrganizationBody, &Body),
        (member, is_named): (AccountId, bool),
        by: AccountId,
    ) -> Result<(), Problem> {
        let at = self.store.services().now();
        let says = |change, reader| Says::ProjectOwnersChanged {
            at,
            project: named(project),
            change,
            by_reader: by == reader,
        };
        let (of_reader, of_other) = match is_named {
            true => (OwnersChange::ReaderNamed, OwnersChange::Named(member)),
            false => (OwnersChange::ReaderRemoved, OwnersChange::Removed(member)),
        };
        self.tell(attached, member, says(of_reader, member)).await?;
        let owners = owners(organization, project).into_iter().filter(|owner| *owner != member);
        for owner in owners {
            self.tell(attached, owner, says(of_other, owner)).await?;
        }
        Ok(())
    }
}

/// Who is told: the owners of the organization, and who is named as an owner and has not left it since.
fn owners(organization: &OrganizationBody, project: &Body) -> BTreeSet<AccountId> {
    let stays = |(account, stay): (&AccountId, &_)| {
        organization.members.get(account).is_some_and(|member| member.membership_id == *stay)
    };
    let named = project.owners.iter().filter(|named| stays(*named)).map(|(account, _)| *account);
    let owners: BTreeSet<AccountId> = organization.members_of(Role::Owner).chain(named).collect();
    owners.into_iter().take(MOST_TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::organization::Member;
    use domain::{MembershipId, OrganizationId, ProjectId};
    use uuid::Uuid;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn stay(number: u128) -> MembershipId {
        MembershipId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn owners_are_those_of_the_organization_and_those_named_in_the_stay_that_lasts() {
        let member = |membership, role| Member { membership_id: stay(membership), role };
        let organization = OrganizationBody {
            organization_id: OrganizationId::from_uuid(Uuid::nil()),
            name: "Engines".to_owned(),
            members: [
                (account(1), member(1, Role::Owner)),
                (account(2), member(2, Role::Member)),
                (account(3), member(33, Role::Admin)),
                (account(5), member(5, Role::Admin)),
            ]
            .into(),
            invitations: [].into(),
            closed: false,
        };
        let project = Body {
            project_id: ProjectId::from_uuid(Uuid::nil()),
            organization_id: organization.organization_id,
            name: "Looms".to_owned(),
            token: "t".to_owned(),
            // The third has left and come back, the fourth has left.
            owners: [
                (account(1), stay(1)),
                (account(2), stay(2)),
                (account(3), stay(3)),
                (account(4), stay(4)),
            ]
            .into(),
            credentials: None,
            previous: None,
        };
        assert_eq!(owners(&organization, &project), BTreeSet::from([account(1), account(2)]));
    }

    #[test]
    fn so_many_owners_are_told_and_no_more() {
        let owner = |number| (account(number), Member { membership_id: stay(number), role: Role::Owner });
        let organization = OrganizationBody {
            organization_id: OrganizationId::from_uuid(Uuid::nil()),
            name: "Engines".to_owned(),
            members: (1..=150).map(owner).collect(),
            invitations: [].into(),
            closed: false,
        };
        let project = Body {
            project_id: ProjectId::from_uuid(Uuid::nil()),
            organization_id: organization.organization_id,
            name: "Looms".to_owned(),
            token: "t".to_owned(),
            owners: [].into(),
            credentials: None,
            previous: None,
        };
        assert_eq!(owners(&organization, &project).len(), MOST_TOLD);
    }
}
