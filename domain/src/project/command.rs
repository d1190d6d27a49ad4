//! What can be asked of a project.

use crate::actor::Actor;
use crate::organization::{Asker, Member, OrganizationError, OrganizationState, Role};
use crate::{AccountId, CredentialId, MembershipId, OrganizationId, ProjectId};

/// A wish concerning a project, and who has it.
#[derive(Clone, Debug)]
pub struct ProjectCommand {
    /// Who.
    pub by: MemberActor,
    /// What.
    pub action: ProjectAction,
}

/// The actor of a command, with its membership in the organization of the project. The organization alone says of an
/// account that it is a member, and that it meets what is demanded of members.
#[derive(Clone, Copy, Debug)]
pub struct MemberActor {
    /// Who.
    pub(super) by: Actor,
    /// Their membership in the organization, as the organization has it.
    pub(super) member: Option<Member>,
}

impl MemberActor {
    /// A member of an organization.
    ///
    /// # Errors
    /// When the asker is none, or has no second factor where one is demanded.
    pub fn member(organization: &OrganizationState, asker: Asker) -> Result<Self, OrganizationError> {
        Ok(Self { by: asker.actor(), member: Some(organization.member(asker)?) })
    }

    /// An operator or the service itself: of no organization.
    pub fn outside(by: Actor) -> Self {
        Self { by, member: None }
    }

    /// The role, if they are a member.
    pub fn role(&self) -> Option<Role> {
        self.member.map(|member| member.role)
    }
}

/// A wish concerning a project, in the imperative. Secrets are no part of it.
#[derive(Clone, Debug)]
pub enum ProjectAction {
    /// Create it.
    Create {
        /// The id it shall have.
        project_id: ProjectId,
        /// Whose it is.
        organization_id: OrganizationId,
        /// Its name.
        name: String,
        /// The public token that lets usage in.
        token: String,
        /// Its first credentials.
        credential_id: CredentialId,
        /// What they can be recognised by without being known.
        fingerprint: String,
    },
    /// Give it another name.
    Rename {
        /// Its name.
        name: String,
    },
    /// Name a member of the organization as an owner.
    AddOwner {
        /// Who.
        account_id: AccountId,
        /// Their membership in the organization: what it gives ends with it.
        membership_id: MembershipId,
    },
    /// Name an owner no longer.
    RemoveOwner {
        /// Who.
        account_id: AccountId,
    },
    /// The secret is shown.
    RevealSecret,
    /// Have new credentials.
    ResetCredentials {
        /// The id of the new ones.
        credential_id: CredentialId,
        /// What they can be recognised by.
        fingerprint: String,
        /// How long the present ones stay alive, in hours.
        keep_previous_hours: u32,
    },
    /// Let the earlier credentials die now.
    RetirePrevious,
    /// Let them die if their time is over.
    EndOverlap,
    /// Let credentials die, with nothing in their place.
    RevokeCredentials {
        /// Which.
        credential_id: CredentialId,
    },
}
