//! Finding an organization through the rights of the caller: for a caller that is no member there is none.
//!
//! Members are read from the events, not from a read model: a member who was removed is out at once.

use domain::organization::{
    Member, Organization, OrganizationAction, OrganizationCommand, OrganizationError, OrganizationState,
};
use domain::{AccountId, Actor, OrganizationId};

use crate::problem::Problem;
use crate::state::AppState;

/// An organization, and what the caller is in it.
pub(crate) struct Found {
    pub(crate) organization: OrganizationState,
    pub(crate) member: Member,
    /// The sequence of its newest event.
    pub(crate) version: u64,
}

/// The organization, if `account` is a member of it now.
pub(crate) async fn find(state: &AppState, account: AccountId, id: OrganizationId) -> Result<Found, Problem> {
    let (organization, version) = state.store.load::<Organization>(&id.to_string()).await?;
    let (body, member) = member_of(&organization, account)?;
    Ok(Found { organization: body.clone(), member, version })
}

/// What `account` is in an organization.
pub(crate) fn member_of(
    organization: &Organization,
    account: AccountId,
) -> Result<(&OrganizationState, Member), OrganizationError> {
    let body = organization.body()?;
    let member = body.members.get(&account).copied().ok_or(OrganizationError::Unknown)?;
    Ok((body, member))
}

/// A wish of an account holder.
pub(crate) fn action_of(account: AccountId, action: OrganizationAction) -> OrganizationCommand {
    OrganizationCommand { by: Actor::Account(account), action }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;
    use cqrs_es::Aggregate as _;
    use domain::MembershipId;
    use domain::organization::{OrganizationEvent, Role};
    use uuid::Uuid;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn created() -> Organization {
        let mut organization = Organization::default();
        let organization_id = OrganizationId::from_uuid(Uuid::nil());
        organization.apply(OrganizationEvent::Created { organization_id, name: "A".to_owned() });
        organization.apply(OrganizationEvent::MemberJoined {
            account_id: account(1),
            membership_id: MembershipId::from_uuid(Uuid::nil()),
            role: Role::Owner,
            invitation_id: None,
        });
        organization
    }

    #[test]
    fn who_is_no_member_finds_nothing() {
        let kind = |organization: &Organization, account| {
            member_of(organization, account).err().map(|error| Problem::from(error).kind())
        };
        let mut organization = created();
        assert_eq!(kind(&organization, account(1)), None);
        assert_eq!(kind(&organization, account(2)), Some(Kind::NotFound));
        assert_eq!(kind(&Organization::default(), account(1)), Some(Kind::NotFound));
        organization.apply(OrganizationEvent::Closed {});
        assert_eq!(kind(&organization, account(1)), Some(Kind::NotFound));
    }
}
