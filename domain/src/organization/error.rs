//! Why an organization refuses.

use crate::OrganizationId;

/// A refusal by the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    /// There is no such organization, or the actor is no member of it: only a member learns that it exists.
    #[error("there is no such organization")]
    Unknown,
    /// The id is taken.
    #[error("the organization was created already")]
    AlreadyCreated,
    /// The actor's role does not allow it.
    #[error("the role does not allow this")]
    Forbidden,
    /// It demands a second factor, and the actor has none.
    #[error("the organization demands a second factor")]
    SecondFactorDemanded(OrganizationId),
    /// There must always be an owner.
    #[error("the organization would be left without an owner")]
    LastOwner,
    /// The account is a member already.
    #[error("the account is a member already")]
    AlreadyMember,
    /// The account it is about is no member.
    #[error("the account is no member")]
    NotMember,
    /// The invitation is over, or never was.
    #[error("there is no such invitation")]
    NoInvitation,
    /// As many are in it, or invited, as there can be.
    #[error("the organization is full")]
    Full,
    /// It has ended.
    #[error("the organization is closed")]
    Closed,
}
