//! Notifications of those concerned by a change of who may do what in an organization.
//!
//! What is told is read off what it was and what it is, in one place: a command that changes a
//! membership cannot forget anybody.

use std::collections::BTreeSet;

use domain::message::{MessageBody, TeamChange};
use domain::organization::{OrganizationState, Role};
use domain::{AccountId, Actor};
use event_store::CommitExtras;

use crate::problem::Problem;
use crate::state::AppState;

/// Owners who are told of one change, the first of them by their ids: a message is sealed for each.
pub(crate) const MOST_TOLD: usize = 100;

/// Members who are told that a second factor is demanded, owners first. The others see it where they are refused.
const MOST_MEMBERS_TOLD: usize = 1_000;

/// An organization before and after a command.
#[derive(Clone, Copy)]
pub(crate) struct Team<'a> {
    /// None where the command created it.
    pub(crate) before: Option<&'a OrganizationState>,
    pub(crate) after: &'a OrganizationState,
    pub(crate) by: Actor,
    /// The account that ends with the command: it is told of that by another message.
    pub(crate) gone: Option<AccountId>,
}

impl AppState {
    /// Notifies each member whose role began, changed or ended, and the owners, those who did it among them. No
    /// member is told that they joined by themselves.
    pub(crate) async fn tell_team(&self, extras: &mut CommitExtras, team: Team<'_>) -> Result<(), Problem> {
        let at = self.store.services().now();
        for (member, change) in team.changes() {
            let organization = team.after.name.clone();
            let joined_alone =
                matches!(change, TeamChange::Joined { .. }) && team.by.account() == Some(member);
            if !joined_alone && team.gone != Some(member) {
                let says = match change {
                    TeamChange::Left { .. } => MessageBody::MembershipEnded { at, organization },
                    TeamChange::Joined { role } | TeamChange::Invited { role } => {
                        MessageBody::RoleChanged { at, organization, role, is_less: false }
                    }
                    TeamChange::RoleChanged { from, to: role } => {
                        MessageBody::RoleChanged { at, organization, role, is_less: role < from }
                    }
                };
                self.notify(extras, member, says).await?;
            }
            self.tell_owners_of_team(extras, team, Some(member), change).await?;
        }
        Ok(())
    }

    /// Tells the owners that an address was invited. Which one is not told by mail: it may have no account.
    pub(crate) async fn tell_of_invitation(
        &self,
        extras: &mut CommitExtras,
        organization: &OrganizationState,
        role: Role,
        by: Actor,
    ) -> Result<(), Problem> {
        let team = Team { before: None, after: organization, by, gone: None };
        self.tell_owners_of_team(extras, team, None, TeamChange::Invited { role }).await
    }

    /// Tells the members that a second factor is demanded of them, or no longer.
    pub(crate) async fn tell_of_demand(
        &self,
        extras: &mut CommitExtras,
        organization: &OrganizationState,
        by: Actor,
    ) -> Result<(), Problem> {
        let at = self.store.services().now();
        for member in owners_first(organization).take(MOST_MEMBERS_TOLD) {
            let says = MessageBody::SecondFactorDemandChanged {
                at,
                organization: organization.name.clone(),
                demanded: organization.second_factor_demanded,
                by_reader: by.account() == Some(member),
            };
            self.notify(extras, member, says).await?;
        }
        Ok(())
    }

    async fn tell_owners_of_team(
        &self,
        extras: &mut CommitExtras,
        Team { after, by, .. }: Team<'_>,
        member: Option<AccountId>,
        change: TeamChange,
    ) -> Result<(), Problem> {
        let at = self.store.services().now();
        let owners = after.members_of(Role::Owner).filter(|owner| Some(*owner) != member);
        for owner in owners.take(MOST_TOLD) {
            let organization = after.name.clone();
            let by_reader = by.account() == Some(owner);
            self.notify(
                extras,
                owner,
                MessageBody::TeamChanged { at, organization, member, change, by_reader },
            )
            .await?;
        }
        Ok(())
    }
}

fn owners_first(organization: &OrganizationState) -> impl Iterator<Item = AccountId> {
    [Role::Owner, Role::Admin, Role::Member].into_iter().flat_map(|role| organization.members_of(role))
}

impl Team<'_> {
    /// The members whose role began, changed or ended.
    fn changes(&self) -> Vec<(AccountId, TeamChange)> {
        let role_in = |body: &OrganizationState, member| body.members.get(&member).map(|member| member.role);
        let bodies = self.before.into_iter().chain([self.after]);
        let members: BTreeSet<AccountId> = bodies.flat_map(|body| body.members.keys().copied()).collect();
        let change = |member: AccountId| {
            let from = self.before.and_then(|before| role_in(before, member));
            match (from, role_in(self.after, member)) {
                (None, Some(role)) => Some(TeamChange::Joined { role }),
                (Some(role), None) => Some(TeamChange::Left { role }),
                (Some(from), Some(to)) if from != to => Some(TeamChange::RoleChanged { from, to }),
                _ => None,
            }
        };
        members.into_iter().filter_map(|member| Some((member, change(member)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::organization::Member;
    use domain::{MembershipId, OrganizationId};
    use uuid::Uuid;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn team(roles: &[(u128, Role)]) -> OrganizationState {
        let member = |role| Member { membership_id: MembershipId::from_uuid(Uuid::nil()), role };
        OrganizationState {
            organization_id: OrganizationId::from_uuid(Uuid::nil()),
            name: "Engines".to_owned(),
            members: roles.iter().map(|(number, role)| (account(*number), member(*role))).collect(),
            invitations: [].into(),
            second_factor_demanded: false,
            closed: false,
        }
    }

    #[test]
    fn owners_are_told_of_a_demand_before_all_others() {
        let team = team(&[(1, Role::Member), (2, Role::Owner), (3, Role::Admin)]);
        assert_eq!(owners_first(&team).collect::<Vec<_>>(), [account(2), account(3), account(1)]);
    }

    #[test]
    fn every_role_that_began_changed_or_ended_is_a_change() {
        let before = team(&[(1, Role::Owner), (2, Role::Admin), (3, Role::Member)]);
        let after = team(&[(1, Role::Owner), (2, Role::Owner), (4, Role::Member)]);
        let by = Actor::Account(account(1));
        let changed = Team { before: Some(&before), after: &after, by, gone: None }.changes();
        let promoted = TeamChange::RoleChanged { from: Role::Admin, to: Role::Owner };
        let left = TeamChange::Left { role: Role::Member };
        let joined = TeamChange::Joined { role: Role::Member };
        assert_eq!(changed, [(account(2), promoted), (account(3), left), (account(4), joined)]);
        let created = Team { before: None, after: &team(&[(1, Role::Owner)]), by, gone: None }.changes();
        assert_eq!(created, [(account(1), TeamChange::Joined { role: Role::Owner })]);
        assert!(Team { before: Some(&after), after: &after, by, gone: None }.changes().is_empty());
    }
}
