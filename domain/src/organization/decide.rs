//! Which wishes an organization grants.

use chrono::{DateTime, Duration, Utc};

use super::{
    Asker, Invitation, InvitationEnd, MembershipEnd, Organization, OrganizationAction, OrganizationCommand,
    OrganizationError, OrganizationEvent, OrganizationState, Role,
};
use crate::actor::Actor;
use crate::{AccountId, InvitationId, MembershipId};

/// How long an invitation can be accepted.
pub const INVITATION_LIFE: Duration = Duration::days(7);
/// Members an organization can have: all of them are at hand whenever it decides.
pub const MOST_MEMBERS: usize = 10_000;
/// Invitations that can be open at once.
pub const MOST_INVITATIONS: usize = 1_000;

type Decision = Result<Vec<OrganizationEvent>, OrganizationError>;

fn one(event: OrganizationEvent) -> Decision {
    Ok(vec![event])
}

impl Organization {
    pub(super) fn decide(&self, command: OrganizationCommand, now: DateTime<Utc>) -> Decision {
        let OrganizationCommand { by, action } = command;
        if let OrganizationAction::Create { organization_id, name, owner, membership_id } = action {
            if self.body.is_some() {
                return Err(OrganizationError::AlreadyCreated);
            }
            let first = OrganizationEvent::MemberJoined {
                account_id: owner,
                membership_id,
                role: Role::Owner,
                invitation_id: None,
            };
            return Ok(vec![OrganizationEvent::Created { organization_id, name }, first]);
        }
        self.body()?.decide(by, action, now)
    }
}

impl OrganizationState {
    fn decide(&self, asker: Asker, action: OrganizationAction, now: DateTime<Utc>) -> Decision {
        use OrganizationAction as W;
        use OrganizationEvent as E;
        self.check_demand(asker, &action)?;
        let by = asker.actor();
        match action {
            W::Create { .. } => Ok(Vec::new()),
            W::Rename { name } => {
                self.manager(by, Role::Member)?;
                if name == self.name { Ok(Vec::new()) } else { one(E::Renamed { name }) }
            }
            W::DemandSecondFactor { demanded } => self.demand_second_factor(asker, demanded),
            W::Invite { invitation_id, role } => {
                self.manager(by, role)?;
                if self.invitations.len() >= MOST_INVITATIONS || self.members.len() >= MOST_MEMBERS {
                    return Err(OrganizationError::Full);
                }
                let (expires_at, invited_by) = (now + INVITATION_LIFE, by.account());
                one(E::MemberInvited { invitation_id, role, expires_at, invited_by })
            }
            W::EndInvitation { invitation_id, reason } => self.end_invitation(by, invitation_id, reason, now),
            W::AcceptInvitation { invitation_id, account_id, membership_id } => {
                self.oneself(by, account_id)?;
                let invitation = self.invitations.get(&invitation_id);
                let invitation = invitation
                    .filter(|invitation| now < invitation.expires_at && self.may_still_be_given(invitation));
                let role = invitation.ok_or(OrganizationError::NoInvitation)?.role;
                self.join(account_id, membership_id, role, Some(invitation_id))
            }
            W::AddMember { account_id, membership_id, role } => {
                self.manager(by, Role::Owner)?;
                self.join(account_id, membership_id, role, None)
            }
            W::ChangeRole { account_id, role, next_membership_id } => {
                self.change_role(by, account_id, role, next_membership_id)
            }
            W::RemoveMember { account_id } => self.remove(by, account_id),
            W::ReleaseMember { account_id, successor } => {
                self.oneself(by, account_id)?;
                self.release(account_id, successor)
            }
            W::Close { account_id } => {
                self.oneself(by, account_id)?;
                self.close(account_id)
            }
        }
    }

    /// The actor, if they may give, take and change memberships of `role`.
    fn manager(&self, by: Actor, role: Role) -> Result<(), OrganizationError> {
        let Actor::Account(account) = by else { return Ok(()) };
        let asker = self.members.get(&account).ok_or(OrganizationError::Unknown)?;
        if asker.role.manages_role(role) { Ok(()) } else { Err(OrganizationError::Forbidden) }
    }

    /// Refuses an account that wishes something for another one.
    fn oneself(&self, by: Actor, account_id: AccountId) -> Result<(), OrganizationError> {
        match by.account() {
            Some(asker) if asker == account_id => Ok(()),
            Some(asker) if self.members.contains_key(&asker) => Err(OrganizationError::Forbidden),
            Some(_) => Err(OrganizationError::Unknown),
            None => Ok(()),
        }
    }

    /// Owners decide on it, who meet it themselves: so one is left who can take it back.
    fn demand_second_factor(&self, asker: Asker, demanded: bool) -> Decision {
        self.manager(asker.actor(), Role::Owner)?;
        if demanded {
            self.with_second_factor(asker)?;
        }
        if demanded == self.second_factor_demanded {
            return Ok(Vec::new());
        }
        one(OrganizationEvent::SecondFactorDemandChanged { demanded })
    }

    /// The invited person may decline, and time may pass: neither is a member. The holder of the link is told apart
    /// by the vault before.
    fn end_invitation(
        &self,
        by: Actor,
        invitation_id: InvitationId,
        reason: InvitationEnd,
        now: DateTime<Utc>,
    ) -> Decision {
        if reason.is_of_member() {
            self.manager(by, Role::Member)?;
        }
        let invitation = self.invitations.get(&invitation_id).ok_or(OrganizationError::NoInvitation)?;
        if reason.is_of_member() {
            self.manager(by, invitation.role)?;
        }
        if reason == InvitationEnd::Expired && now < invitation.expires_at {
            return Ok(Vec::new());
        }
        one(OrganizationEvent::InvitationEnded { invitation_id, reason })
    }

    fn join(
        &self,
        account_id: AccountId,
        membership_id: MembershipId,
        role: Role,
        invitation_id: Option<InvitationId>,
    ) -> Decision {
        if self.members.contains_key(&account_id) {
            return Err(OrganizationError::AlreadyMember);
        }
        if self.members.len() >= MOST_MEMBERS {
            return Err(OrganizationError::Full);
        }
        one(OrganizationEvent::MemberJoined { account_id, membership_id, role, invitation_id })
    }

    fn role_of(&self, account: AccountId) -> Result<Role, OrganizationError> {
        self.members.get(&account).map(|member| member.role).ok_or(OrganizationError::NotMember)
    }

    /// Whether its sender may still give the role. The sender of one from an earlier release is not known.
    fn may_still_be_given(&self, invitation: &Invitation) -> bool {
        invitation.invited_by.is_none_or(|sender| {
            self.members.get(&sender).is_some_and(|member| member.role.manages_role(invitation.role))
        })
    }

    /// The ends of invitations that `sender` may not give any more, being left with `role`. Of those whose sender is not
    /// known, all that the sender could have sent.
    fn invitations_lost(&self, sender: AccountId, role: Option<Role>) -> Vec<OrganizationEvent> {
        let before = self.members.get(&sender).map(|member| member.role);
        let may = |role: Option<Role>, given| role.is_some_and(|role| role.manages_role(given));
        let lost = self.invitations.iter().filter(|(_, invitation)| {
            let sent = invitation.invited_by.map_or_else(|| may(before, invitation.role), |by| by == sender);
            sent && !may(role, invitation.role)
        });
        let reason = InvitationEnd::SenderWithoutRight;
        lost.map(|(id, _)| OrganizationEvent::InvitationEnded { invitation_id: *id, reason }).collect()
    }

    /// A lesser role is another membership: what was given for the one before, by name, was given to a member who was
    /// trusted more.
    fn change_role(
        &self,
        by: Actor,
        account_id: AccountId,
        to: Role,
        next_membership_id: MembershipId,
    ) -> Decision {
        self.manager(by, Role::Member)?;
        let from = self.role_of(account_id)?;
        self.manager(by, from.max(to))?;
        if from == to {
            return Ok(Vec::new());
        }
        if self.is_only_owner(account_id) {
            return Err(OrganizationError::LastOwner);
        }
        let membership_id = (to < from).then_some(next_membership_id);
        let mut events = vec![OrganizationEvent::MemberRoleChanged { account_id, from, to, membership_id }];
        events.extend(self.invitations_lost(account_id, Some(to)));
        Ok(events)
    }

    fn remove(&self, by: Actor, account_id: AccountId) -> Decision {
        let oneself = by == Actor::Account(account_id);
        if !oneself {
            self.manager(by, Role::Member)?;
        }
        let role = match self.role_of(account_id) {
            // To an actor who is no member there is no organization either.
            Err(OrganizationError::NotMember) if oneself => return Err(OrganizationError::Unknown),
            role => role?,
        };
        if !oneself {
            self.manager(by, role)?;
        }
        if self.is_only_owner(account_id) {
            return Err(OrganizationError::LastOwner);
        }
        let reason = if oneself { MembershipEnd::Left } else { MembershipEnd::Removed };
        let mut events = vec![OrganizationEvent::MemberLeft { account_id, reason }];
        events.extend(self.invitations_lost(account_id, None));
        Ok(events)
    }

    /// A successor is made an owner only where one is needed.
    fn release(&self, account_id: AccountId, successor: Option<AccountId>) -> Decision {
        self.role_of(account_id)?;
        let mut events = Vec::new();
        if self.is_only_owner(account_id) {
            let successor = successor.filter(|successor| *successor != account_id);
            let successor = successor.ok_or(OrganizationError::LastOwner)?;
            let from = self.role_of(successor)?;
            let to = Role::Owner;
            let membership_id = None;
            events.push(OrganizationEvent::MemberRoleChanged {
                account_id: successor,
                from,
                to,
                membership_id,
            });
        }
        let reason = MembershipEnd::AccountDeleted;
        events.push(OrganizationEvent::MemberLeft { account_id, reason });
        events.extend(self.invitations_lost(account_id, None));
        Ok(events)
    }

    fn close(&self, account_id: AccountId) -> Decision {
        self.role_of(account_id)?;
        if self.members.len() > 1 {
            return Err(OrganizationError::LastOwner);
        }
        let reason = MembershipEnd::AccountDeleted;
        Ok(vec![OrganizationEvent::MemberLeft { account_id, reason }, OrganizationEvent::Closed {}])
    }
}
