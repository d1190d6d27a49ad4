//! Given, when, then; and a simulation of whole lives.
//!
//! The organization of these tests has an owner, an admin and a member; a stranger is around. Time is told as a
//! distance from its creation, on Tuesday 10 March 2026 at noon.

mod demand;
mod end;
mod invitations;
mod members;
mod simulation;

use chrono::{DateTime, Duration, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::OrganizationAction as Action;
use super::OrganizationCommand as Command;
use super::OrganizationError as Error;
use super::OrganizationEvent as Event;
use super::*;
use crate::services::fixed;
use crate::{Actor, Effects, OperatorId, TimerChange, Timers};

const OWNER: u128 = 1;
const ADMIN: u128 = 2;
const MEMBER: u128 = 3;
const STRANGER: u128 = 4;
/// The membership that begins with a lesser role.
const NEXT_STAY: u128 = 50;

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn organization_id() -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(1))
}

fn membership(number: u128) -> MembershipId {
    MembershipId::from_uuid(Uuid::from_u128(number))
}

fn invitation(number: u128) -> InvitationId {
    InvitationId::from_uuid(Uuid::from_u128(number))
}

fn days(days: i64) -> DateTime<Utc> {
    "2026-03-10T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(days)
}

fn operator() -> Actor {
    Actor::Operator(OperatorId::from_uuid(Uuid::from_u128(9_000)))
}

fn by(number: u128) -> Actor {
    Actor::Account(account(number))
}

/// What the organization answers at an instant, given what happened before it.
fn given(now: DateTime<Utc>, events: Vec<Event>) -> AggregateTestExecutor<Organization> {
    TestFramework::with(fixed(now)).given(events)
}

/// What it answers an actor on the first day.
fn asked(events: &[Event], by: impl Into<Asker>, action: Action) -> Result<Vec<Event>, Error> {
    given(days(0), events.to_vec()).when(Command { by: by.into(), action }).inspect_result()
}

fn fold(events: &[Event]) -> Organization {
    let mut organization = Organization::default();
    events.iter().for_each(|event| organization.apply(event.clone()));
    organization
}

fn created() -> Event {
    Event::Created { organization_id: organization_id(), name: "Engines".to_owned() }
}

fn joined(number: u128, role: Role) -> Event {
    Event::MemberJoined {
        account_id: account(number),
        membership_id: membership(number),
        role,
        invitation_id: None,
    }
}

/// With an owner, an admin and a member.
fn staffed() -> Vec<Event> {
    vec![created(), joined(OWNER, Role::Owner), joined(ADMIN, Role::Admin), joined(MEMBER, Role::Member)]
}

/// With its owner alone.
fn alone() -> Vec<Event> {
    vec![created(), joined(OWNER, Role::Owner)]
}

fn create() -> Action {
    Action::Create {
        organization_id: organization_id(),
        name: "Engines".to_owned(),
        owner: account(OWNER),
        membership_id: membership(OWNER),
    }
}

fn rename(name: &str) -> Action {
    Action::Rename { name: name.to_owned() }
}

fn demand(demanded: bool) -> Action {
    Action::DemandSecondFactor { demanded }
}

fn invite(number: u128, role: Role) -> Action {
    Action::Invite { invitation_id: invitation(number), role }
}

fn end(number: u128, reason: InvitationEnd) -> Action {
    Action::EndInvitation { invitation_id: invitation(number), reason }
}

fn accept(number: u128, who: u128) -> Action {
    Action::AcceptInvitation {
        invitation_id: invitation(number),
        account_id: account(who),
        membership_id: membership(who),
    }
}

fn add(who: u128, role: Role) -> Action {
    Action::AddMember { account_id: account(who), membership_id: membership(who), role }
}

fn change_role(who: u128, role: Role) -> Action {
    Action::ChangeRole { account_id: account(who), role, next_membership_id: membership(NEXT_STAY) }
}

fn remove(who: u128) -> Action {
    Action::RemoveMember { account_id: account(who) }
}

fn release(who: u128, successor: Option<u128>) -> Action {
    Action::ReleaseMember { account_id: account(who), successor: successor.map(account) }
}

fn close(who: u128) -> Action {
    Action::Close { account_id: account(who) }
}

/// One of each wish but that to create it.
fn wishes() -> Vec<Action> {
    vec![
        rename("Other"),
        demand(true),
        invite(1, Role::Member),
        end(1, InvitationEnd::Declined),
        accept(1, STRANGER),
        add(STRANGER, Role::Member),
        change_role(MEMBER, Role::Admin),
        remove(MEMBER),
        release(OWNER, Some(ADMIN)),
        close(OWNER),
    ]
}

#[test]
fn an_organization_is_created_once_with_its_first_owner() {
    assert_eq!(asked(&[], operator(), create()), Ok(alone()));
    let closed = [alone(), vec![Event::Closed {}]].concat();
    for history in [alone(), closed] {
        assert_eq!(asked(&history, operator(), create()), Err(Error::AlreadyCreated));
    }
}

#[test]
fn nothing_else_happens_before_its_creation() {
    for action in wishes() {
        assert_eq!(asked(&[], operator(), action), Err(Error::Unknown));
    }
}

/// What tells of an organization that is not there is no event of one: it folds to nothing.
#[test]
fn without_a_creation_nothing_folds() {
    assert_eq!(fold(&[joined(OWNER, Role::Owner), Event::Closed {}]), Organization::default());
}

#[test]
fn admins_and_owners_rename_it() {
    let renamed = Event::Renamed { name: "Other".to_owned() };
    for allowed in [by(OWNER), by(ADMIN), operator(), Actor::Service] {
        assert_eq!(asked(&staffed(), allowed, rename("Other")), Ok(vec![renamed.clone()]));
        assert_eq!(asked(&staffed(), allowed, rename("Engines")), Ok(vec![]));
    }
    assert_eq!(asked(&staffed(), by(MEMBER), rename("Other")), Err(Error::Forbidden));
    assert_eq!(asked(&staffed(), by(STRANGER), rename("Other")), Err(Error::Unknown));
    assert_eq!(fold(&[staffed(), vec![renamed]].concat()).body().unwrap().name, "Other");
}

#[test]
fn an_event_names_the_account_it_is_about() {
    assert_eq!(joined(MEMBER, Role::Member).concerns(), Some(account(MEMBER)));
    let left = Event::MemberLeft { account_id: account(ADMIN), reason: MembershipEnd::Left };
    assert_eq!(left.concerns(), Some(account(ADMIN)));
    assert_eq!(created().concerns(), None);
}

#[test]
fn roles_are_read_as_they_are_shown() {
    for role in [Role::Member, Role::Admin, Role::Owner] {
        assert_eq!(role.to_string().parse(), Ok(role));
    }
    assert_eq!("Owner".parse::<Role>(), Err(UnknownRole));
    assert!(Role::Owner.manages() && Role::Admin.manages() && !Role::Member.manages());
}
