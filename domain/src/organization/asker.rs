//! The sender of a command to an organization, and whether it meets what the organization demands of its members.
//!
//! What always holds: an account of whose second factors nothing is known has none. So where one is demanded, whoever
//! forgets to look is refused.

use super::{Member, OrganizationAction, OrganizationError, OrganizationState};
use crate::account::Holder;
use crate::actor::Actor;

/// The sender of a command, and whether it has a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    actor: Actor,
    has_second_factor: bool,
}

impl Asker {
    /// The holder of an account, with the second factors that it has now.
    pub fn holder(holder: &Holder) -> Self {
        Self { actor: Actor::Account(holder.account_id), has_second_factor: holder.has_second_factor() }
    }

    /// The actor.
    pub fn actor(self) -> Actor {
        self.actor
    }
}

impl From<Actor> for Asker {
    /// Without a look at the account.
    fn from(actor: Actor) -> Self {
        Self { actor, has_second_factor: false }
    }
}

impl OrganizationAction {
    /// Whether a member may do it without the second factor that is demanded: see that it is so, join, and leave.
    #[warn(clippy::wildcard_enum_match_arm)]
    fn needs_no_second_factor(&self, actor: Actor) -> bool {
        match self {
            Self::RemoveMember { account_id } => actor.account() == Some(*account_id),
            // The invited person who declines is no member, and time is no person.
            Self::EndInvitation { reason, .. } => !reason.is_of_member(),
            Self::Create { .. }
            | Self::AcceptInvitation { .. }
            | Self::ReleaseMember { .. }
            | Self::Close { .. } => true,
            Self::Rename { .. }
            | Self::DemandSecondFactor { .. }
            | Self::Invite { .. }
            | Self::AddMember { .. }
            | Self::ChangeRole { .. } => false,
        }
    }
}

impl OrganizationState {
    /// What the asker is in it, with all the rights of that.
    ///
    /// # Errors
    /// When it is no member, or has no second factor where one is demanded.
    pub fn member(&self, asker: Asker) -> Result<Member, OrganizationError> {
        let account = asker.actor.account().ok_or(OrganizationError::Unknown)?;
        let member = self.members.get(&account).copied().ok_or(OrganizationError::Unknown)?;
        self.admit(asker)?;
        Ok(member)
    }

    /// Refuses a member for an action to which the second factor is wanting.
    pub(super) fn check_demand(
        &self,
        asker: Asker,
        action: &OrganizationAction,
    ) -> Result<(), OrganizationError> {
        if action.needs_no_second_factor(asker.actor) { Ok(()) } else { self.admit(asker) }
    }

    /// Refuses a member without the second factor that is demanded. Operators and the service are no members.
    fn admit(&self, asker: Asker) -> Result<(), OrganizationError> {
        if self.second_factor_demanded { self.with_second_factor(asker) } else { Ok(()) }
    }

    /// Refuses a member without a second factor.
    pub(super) fn with_second_factor(&self, asker: Asker) -> Result<(), OrganizationError> {
        let is_member = asker.actor.account().is_some_and(|account| self.members.contains_key(&account));
        if is_member && !asker.has_second_factor {
            return Err(OrganizationError::SecondFactorDemanded(self.organization_id));
        }
        Ok(())
    }
}
