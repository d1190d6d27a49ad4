//! A company, or a part of one: it owns projects and has members.
//!
//! What always holds: as long as it is not closed it has an owner. Who is a member stands here; the account says
//! the same of itself, in the same step, so that neither can be without the other.

mod asker;
mod command;
mod decide;
mod error;
mod event;
mod role;
mod schedule;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

pub use asker::Asker;
pub use command::{OrganizationAction, OrganizationCommand};
pub use decide::{INVITATION_LIFE, MOST_INVITATIONS, MOST_MEMBERS};
pub use error::OrganizationError;
pub use event::{InvitationEnd, MembershipEnd, OrganizationEvent};
pub use role::{Role, UnknownRole};
pub use schedule::schedule;

use crate::aggregate::handle_by_deciding;
use crate::{AccountId, InvitationId, MembershipId, OrganizationId, Snapshot};

/// The aggregate: nothing before its creation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// The organization, once created.
    pub body: Option<OrganizationState>,
}

/// A created organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationState {
    /// Its id.
    pub organization_id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Its members.
    pub members: BTreeMap<AccountId, Member>,
    /// Invitations that are open.
    pub invitations: BTreeMap<InvitationId, Invitation>,
    /// Its members must have a second factor: without one, they see that it is there, and may leave.
    pub second_factor_demanded: bool,
    /// It has ended.
    pub closed: bool,
}

/// A member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The membership: an account that comes back, or has a lesser role, has another. What was given for one ends with it.
    pub membership_id: MembershipId,
    /// Its role.
    pub role: Role,
}

/// An open invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The role to come.
    pub role: Role,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
    /// The inviter; none where an earlier release did not say.
    pub invited_by: Option<AccountId>,
}

impl Organization {
    /// The organization, as long as it is one.
    ///
    /// # Errors
    /// When there is none, or it is closed.
    pub fn body(&self) -> Result<&OrganizationState, OrganizationError> {
        let body = self.body.as_ref().ok_or(OrganizationError::Unknown)?;
        if body.closed { Err(OrganizationError::Closed) } else { Ok(body) }
    }
}

impl OrganizationState {
    /// The members of a role.
    pub fn members_of(&self, role: Role) -> impl Iterator<Item = AccountId> {
        self.members.iter().filter(move |(_, member)| member.role == role).map(|(account, _)| *account)
    }

    /// Whether an account is the only owner.
    pub fn is_only_owner(&self, account: AccountId) -> bool {
        let mut owners = self.members_of(Role::Owner);
        owners.next() == Some(account) && owners.next().is_none()
    }

    #[warn(clippy::wildcard_enum_match_arm)]
    fn fold(&mut self, event: OrganizationEvent) {
        use OrganizationEvent as E;
        match event {
            E::Created { .. } => {}
            E::Renamed { name } => self.name = name,
            E::SecondFactorDemandChanged { demanded } => self.second_factor_demanded = demanded,
            E::MemberInvited { invitation_id, role, expires_at, invited_by } => {
                self.invitations.insert(invitation_id, Invitation { role, expires_at, invited_by });
            }
            E::InvitationEnded { invitation_id, .. } => drop(self.invitations.remove(&invitation_id)),
            E::MemberJoined { account_id, membership_id, role, invitation_id } => {
                self.members.insert(account_id, Member { membership_id, role });
                invitation_id.map(|id| self.invitations.remove(&id));
            }
            E::MemberRoleChanged { account_id, to, membership_id, .. } => {
                if let Some(member) = self.members.get_mut(&account_id) {
                    member.role = to;
                    member.membership_id = membership_id.unwrap_or(member.membership_id);
                }
            }
            E::MemberLeft { account_id, .. } => drop(self.members.remove(&account_id)),
            E::Closed {} => {
                self.closed = true;
                self.invitations.clear();
            }
        }
    }
}

// What it says of who is what in it decides for its projects: it is no `Standalone`.
impl Snapshot for Organization {
    const SCHEMA_VERSION: i32 = 3;
}

impl Aggregate for Organization {
    const TYPE: &'static str = "organization";
    handle_by_deciding!(OrganizationCommand, OrganizationEvent, OrganizationError);

    fn apply(&mut self, event: OrganizationEvent) {
        match event {
            OrganizationEvent::Created { organization_id, name } => {
                self.body = Some(OrganizationState {
                    organization_id,
                    name,
                    members: BTreeMap::new(),
                    invitations: BTreeMap::new(),
                    second_factor_demanded: false,
                    closed: false,
                });
            }
            event => {
                if let Some(body) = &mut self.body {
                    body.fold(event);
                }
            }
        }
    }
}
