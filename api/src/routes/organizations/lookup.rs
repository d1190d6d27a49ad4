//! Finding an organization through the rights of the caller: for a caller that is no member there is none, and a member
//! without the second factor that it demands is told so.
//!
//! Members are read from the events, not from a read model: a member who was removed is out at once. So are the second
//! factors of the caller.

use domain::account::Account;
use domain::organization::{
    Asker, Member, Organization, OrganizationAction, OrganizationCommand, OrganizationError,
    OrganizationState,
};
use domain::{AccountId, Actor, OrganizationId};
use event_store::UnitOfWork;

use crate::problem::Problem;
use crate::state::AppState;

/// An organization, and what the caller is in it.
pub(crate) struct Found {
    pub(crate) organization: OrganizationState,
    pub(crate) member: Member,
    asker: Asker,
    /// The sequence of its newest event.
    pub(crate) version: u64,
}

/// The organization, if `account` is a member of it now, and meets what it demands.
pub(crate) async fn find(state: &AppState, account: AccountId, id: OrganizationId) -> Result<Found, Problem> {
    let (organization, version) = state.store.load::<Organization>(&id.to_string()).await?;
    let asker = asker(state, account, &organization).await?;
    let body = organization.body()?;
    Ok(Found { member: body.member(asker)?, organization: body.clone(), asker, version })
}

/// As [`find`], as it stands in a piece of work.
pub(crate) async fn find_in(
    unit: &mut UnitOfWork,
    account: AccountId,
    id: OrganizationId,
) -> Result<Found, Problem> {
    let (organization, version) = unit.load_versioned::<Organization>(&id.to_string()).await?;
    let asker = asker_in(unit, account, &organization).await?;
    let body = organization.body()?;
    Ok(Found { member: body.member(asker)?, organization: body.clone(), asker, version })
}

/// As [`find`], also for a member who does not meet what it demands: they see that it is there, and nothing in it.
pub(crate) async fn find_from_outside(
    state: &AppState,
    account: AccountId,
    id: OrganizationId,
) -> Result<Found, Problem> {
    let (organization, version) = state.store.load::<Organization>(&id.to_string()).await?;
    from_outside(&organization, version, account)
}

/// As [`find_from_outside`], as it stands in a piece of work: for a member who leaves.
pub(crate) async fn find_from_outside_in(
    unit: &mut UnitOfWork,
    account: AccountId,
    id: OrganizationId,
) -> Result<Found, Problem> {
    let (organization, version) = unit.load_versioned::<Organization>(&id.to_string()).await?;
    from_outside(&organization, version, account)
}

fn from_outside(organization: &Organization, version: u64, account: AccountId) -> Result<Found, Problem> {
    let body = organization.body()?;
    let member = body.members.get(&account).copied().ok_or(OrganizationError::Unknown)?;
    Ok(Found { member, organization: body.clone(), asker: Actor::Account(account).into(), version })
}

/// The caller as an organization takes it: its second factors are looked up only where one is demanded.
pub(crate) async fn asker(
    state: &AppState,
    account: AccountId,
    organization: &Organization,
) -> Result<Asker, Problem> {
    if !organization.body()?.second_factor_demanded {
        return Ok(Actor::Account(account).into());
    }
    let (account, _) = state.store.load::<Account>(&account.to_string()).await?;
    Ok(Asker::holder(account.holder()?))
}

/// As [`asker`], as the account stands in a piece of work.
pub(crate) async fn asker_in(
    unit: &mut UnitOfWork,
    account: AccountId,
    organization: &Organization,
) -> Result<Asker, Problem> {
    if !organization.body()?.second_factor_demanded {
        return Ok(Actor::Account(account).into());
    }
    let account: Account = unit.load(&account.to_string()).await?;
    Ok(Asker::holder(account.holder()?))
}

/// The organizations of an account that demand what it does not meet.
pub(crate) async fn closed_to(state: &AppState, account: AccountId) -> Result<Vec<OrganizationId>, Problem> {
    let (account, _) = state.store.load::<Account>(&account.to_string()).await?;
    let (holder, mut closed) = (account.holder()?, Vec::new());
    if holder.has_second_factor() {
        return Ok(closed);
    }
    for id in holder.memberships.keys() {
        let (organization, _) = state.store.load::<Organization>(&id.to_string()).await?;
        let member = organization.body().and_then(|body| body.member(Asker::holder(holder)));
        if member == Err(OrganizationError::SecondFactorDemanded(*id)) {
            closed.push(*id);
        }
    }
    Ok(closed)
}

impl Found {
    /// A wish of the caller.
    pub(crate) fn action(&self, action: OrganizationAction) -> OrganizationCommand {
        OrganizationCommand { by: self.asker, action }
    }
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
    fn a_stranger_finds_nothing_and_a_member_without_the_factor_sees_that_it_is_there() {
        let seen = |organization: &Organization, account| {
            from_outside(organization, 1, account).err().map(|problem| problem.kind())
        };
        let inside = |organization: &Organization, number| {
            let asker = Actor::Account(account(number)).into();
            let member = organization.body().and_then(|body| body.member(asker));
            member.err().map(|error| Problem::from(error).kind())
        };
        let mut organization = created();
        assert_eq!((seen(&organization, account(1)), inside(&organization, 1)), (None, None));
        organization.apply(OrganizationEvent::SecondFactorDemandChanged { demanded: true });
        assert_eq!(seen(&organization, account(1)), None);
        assert_eq!(inside(&organization, 1), Some(Kind::SecondFactorDemanded));
        for organization in [&organization, &Organization::default()] {
            assert_eq!(seen(organization, account(2)), Some(Kind::NotFound));
            assert_eq!(inside(organization, 2), Some(Kind::NotFound));
        }
        organization.apply(OrganizationEvent::Closed {});
        assert_eq!(seen(&organization, account(1)), Some(Kind::NotFound));
    }
}
