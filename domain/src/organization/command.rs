//! What can be asked of an organization.

use super::{Asker, InvitationEnd, Role};
use crate::{AccountId, InvitationId, MembershipId, OrganizationId};

/// A wish concerning an organization, and whose it is.
#[derive(Clone, Debug)]
pub struct OrganizationCommand {
    /// Whose wish.
    pub by: Asker,
    /// Which.
    pub action: OrganizationAction,
}

/// A wish concerning an organization, in the imperative.
#[derive(Clone, Debug)]
pub enum OrganizationAction {
    /// Create it, with its first owner.
    Create {
        /// The id it shall have.
        organization_id: OrganizationId,
        /// Its name.
        name: String,
        /// Its first owner.
        owner: AccountId,
        /// The membership that begins.
        membership_id: MembershipId,
    },
    /// Give it another name.
    Rename {
        /// Its name.
        name: String,
    },
    /// Demand a second factor of its members, or no longer.
    DemandSecondFactor {
        /// Whether it is demanded.
        demanded: bool,
    },
    /// Invite the reader of mail at an address, which the records keep.
    Invite {
        /// The id of the invitation.
        invitation_id: InvitationId,
        /// The role to come.
        role: Role,
    },
    /// End an invitation.
    EndInvitation {
        /// Which.
        invitation_id: InvitationId,
        /// Why.
        reason: InvitationEnd,
    },
    /// The invited person joins.
    AcceptInvitation {
        /// Which invitation.
        invitation_id: InvitationId,
        /// The account that joins.
        account_id: AccountId,
        /// The membership that begins.
        membership_id: MembershipId,
    },
    /// Make an account a member without an invitation: operators do.
    AddMember {
        /// The account that joins.
        account_id: AccountId,
        /// The membership that begins.
        membership_id: MembershipId,
        /// Its role.
        role: Role,
    },
    /// Give a member another role.
    ChangeRole {
        /// Which member.
        account_id: AccountId,
        /// Its role.
        role: Role,
        /// The membership that begins where the role is a lesser one.
        next_membership_id: MembershipId,
    },
    /// End a membership. Everybody may end their own.
    RemoveMember {
        /// Whose.
        account_id: AccountId,
    },
    /// End the membership of an account that ends, which may be the only owner: then `successor` becomes one.
    ReleaseMember {
        /// Whose.
        account_id: AccountId,
        /// The member who becomes an owner.
        successor: Option<AccountId>,
    },
    /// End the organization with its only member.
    Close {
        /// Whose account ends.
        account_id: AccountId,
    },
}
