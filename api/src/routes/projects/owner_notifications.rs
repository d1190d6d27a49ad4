//! Notifications of the owners of a project: what happened to its credentials, and who is named as an owner.

use std::collections::BTreeSet;

use domain::AccountId;
use domain::message::{MessageBody, NamedProject, OwnersChange};
use domain::organization::{OrganizationState, Role};
use domain::project::ProjectState;
use event_store::CommitExtras;

use crate::problem::Problem;
use crate::routes::organizations::notifications::MOST_TOLD;
use crate::state::AppState;

/// A project as messages name it.
pub(crate) fn named(project: &ProjectState) -> NamedProject {
    NamedProject { project_id: project.project_id, name: project.name.clone() }
}

/// Notifies the owners of what `says` makes for the one who did it themselves (`true`), and for the others.
pub(crate) async fn notify_owners(
    state: &AppState,
    extras: &mut CommitExtras,
    (organization, project): (&OrganizationState, &ProjectState),
    by: Option<AccountId>,
    says: impl Fn(bool) -> MessageBody,
) -> Result<(), Problem> {
    for owner in owners(organization, project) {
        state.notify(extras, owner, says(by == Some(owner))).await?;
    }
    Ok(())
}

impl AppState {
    /// Tells a member that they are named as an owner of a project or not any more, and its owners.
    pub(crate) async fn tell_project_owners(
        &self,
        extras: &mut CommitExtras,
        (organization, project): (&OrganizationState, &ProjectState),
        (member, is_named): (AccountId, bool),
        by: AccountId,
    ) -> Result<(), Problem> {
        let at = self.store.services().now();
        let says = |change, reader| MessageBody::ProjectOwnersChanged {
            at,
            project: named(project),
            change,
            by_reader: by == reader,
        };
        let (of_reader, of_other) = match is_named {
            true => (OwnersChange::ReaderNamed, OwnersChange::Named(member)),
            false => (OwnersChange::ReaderRemoved, OwnersChange::Removed(member)),
        };
        self.notify(extras, member, says(of_reader, member)).await?;
        let owners = owners(organization, project).into_iter().filter(|owner| *owner != member);
        for owner in owners {
            self.notify(extras, owner, says(of_other, owner)).await?;
        }
        Ok(())
    }
}

/// The accounts that are told: the owners of the organization, and each named owner who has not left it since.
fn owners(organization: &OrganizationState, project: &ProjectState) -> BTreeSet<AccountId> {
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

    fn organization(members: impl IntoIterator<Item = (u128, u128, Role)>) -> OrganizationState {
        let member =
            |(number, membership, role)| (account(number), Member { membership_id: stay(membership), role });
        OrganizationState {
            organization_id: OrganizationId::from_uuid(Uuid::nil()),
            name: "Engines".to_owned(),
            members: members.into_iter().map(member).collect(),
            invitations: [].into(),
            second_factor_demanded: false,
            closed: false,
        }
    }

    fn project(owners: impl IntoIterator<Item = (u128, u128)>) -> ProjectState {
        ProjectState {
            project_id: ProjectId::from_uuid(Uuid::nil()),
            organization_id: OrganizationId::from_uuid(Uuid::nil()),
            name: "Looms".to_owned(),
            token: "t".to_owned(),
            owners: owners
                .into_iter()
                .map(|(number, membership)| (account(number), stay(membership)))
                .collect(),
            credentials: None,
            previous: None,
        }
    }

    #[test]
    fn owners_are_those_of_the_organization_and_those_named_in_the_stay_that_lasts() {
        let organization = organization([
            (1, 1, Role::Owner),
            (2, 2, Role::Member),
            (3, 33, Role::Admin),
            (5, 5, Role::Admin),
        ]);
        // The third has left and come back, the fourth has left.
        let project = project([(1, 1), (2, 2), (3, 3), (4, 4)]);
        assert_eq!(owners(&organization, &project), BTreeSet::from([account(1), account(2)]));
    }

    #[test]
    fn so_many_owners_are_told_and_no_more() {
        let organization = organization((1..=150).map(|number| (number, number, Role::Owner)));
        assert_eq!(owners(&organization, &project([])).len(), MOST_TOLD);
    }
}
