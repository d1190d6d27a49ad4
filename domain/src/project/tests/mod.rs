//! Given, when, then; and a simulation of whole lives.
//!
//! In the organization of these tests is an owner, an admin and two members, of whom one is named as an owner of
//! the project. Time is told as a distance from its creation, on Tuesday 10 March 2026 at noon.

mod credentials;
mod ownership;
mod simulation;

use chrono::{DateTime, Duration, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::ProjectAction as Action;
use super::ProjectCommand as Command;
use super::ProjectError as Error;
use super::ProjectEvent as Event;
use super::*;
use crate::organization::Member;
use crate::services::fixed;
use crate::{Actor, Effects, OperatorId};

const OWNER: u128 = 1;
const ADMIN: u128 = 2;
const NAMED: u128 = 3;
const MEMBER: u128 = 4;

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn membership(number: u128) -> MembershipId {
    MembershipId::from_uuid(Uuid::from_u128(number))
}

fn credential(number: u128) -> CredentialId {
    CredentialId::from_uuid(Uuid::from_u128(number))
}

fn hours(hours: i64) -> DateTime<Utc> {
    "2026-03-10T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::hours(hours)
}

/// An account in a membership of the same number.
fn member(number: u128, role: Role) -> MemberActor {
    in_membership(number, number, role)
}

fn in_membership(number: u128, began: u128, role: Role) -> MemberActor {
    let member = Member { membership_id: membership(began), role };
    MemberActor { by: Actor::Account(account(number)), member: Some(member) }
}

fn owner() -> MemberActor {
    member(OWNER, Role::Owner)
}

fn admin() -> MemberActor {
    member(ADMIN, Role::Admin)
}

fn named() -> MemberActor {
    member(NAMED, Role::Member)
}

fn plain_member() -> MemberActor {
    member(MEMBER, Role::Member)
}

/// An account that is no member of the organization.
fn stranger() -> MemberActor {
    MemberActor::outside(Actor::Account(account(9)))
}

fn operator() -> MemberActor {
    MemberActor::outside(Actor::Operator(OperatorId::from_uuid(Uuid::from_u128(9_000))))
}

fn service() -> MemberActor {
    MemberActor::outside(Actor::Service)
}

/// What the project answers at an instant, given what happened before it.
fn given(now: DateTime<Utc>, events: &[Event]) -> AggregateTestExecutor<Project> {
    TestFramework::with(fixed(now)).given(events.to_vec())
}

/// What it answers an actor in the first hour.
fn asked(events: &[Event], by: MemberActor, action: Action) -> Result<Vec<Event>, Error> {
    given(hours(0), events).when(Command { by, action }).inspect_result()
}

fn fold(events: &[Event]) -> Project {
    let mut project = Project::default();
    events.iter().for_each(|event| project.apply(event.clone()));
    project
}

fn fingerprint(number: u128) -> String {
    format!("…{number}")
}

fn create() -> Action {
    Action::Create {
        project_id: ProjectId::from_uuid(Uuid::from_u128(1)),
        organization_id: OrganizationId::from_uuid(Uuid::from_u128(1)),
        name: "Numbers".to_owned(),
        token: "9f86".to_owned(),
        credential_id: credential(1),
        fingerprint: fingerprint(1),
    }
}

fn created() -> Event {
    Event::Created {
        project_id: ProjectId::from_uuid(Uuid::from_u128(1)),
        organization_id: OrganizationId::from_uuid(Uuid::from_u128(1)),
        name: "Numbers".to_owned(),
        token: "9f86".to_owned(),
        credential_id: credential(1),
        fingerprint: fingerprint(1),
    }
}

fn owner_added(number: u128, began: u128) -> Event {
    Event::OwnerAdded { account_id: account(number), membership_id: membership(began) }
}

/// With credentials 1 and one owner by name.
fn begun() -> Vec<Event> {
    vec![created(), owner_added(NAMED, NAMED)]
}

fn rename(name: &str) -> Action {
    Action::Rename { name: name.to_owned() }
}

fn reset(number: u128, keep_previous_hours: u32) -> Action {
    Action::ResetCredentials {
        credential_id: credential(number),
        fingerprint: fingerprint(number),
        keep_previous_hours,
    }
}

fn revoke(number: u128) -> Action {
    Action::RevokeCredentials { credential_id: credential(number) }
}

/// One of each wish but that to create it.
fn wishes() -> Vec<Action> {
    vec![
        rename("Note G"),
        Action::AddOwner { account_id: account(MEMBER), membership_id: membership(MEMBER) },
        Action::RemoveOwner { account_id: account(NAMED) },
        Action::RevealSecret,
        reset(2, 0),
        Action::RetirePrevious,
        Action::EndOverlap,
        revoke(1),
    ]
}

#[test]
fn whoever_creates_a_project_is_named_as_its_owner() {
    let with_owner = |number| Ok(vec![created(), owner_added(number, number)]);
    assert_eq!(asked(&[], owner(), create()), with_owner(OWNER));
    assert_eq!(asked(&[], admin(), create()), with_owner(ADMIN));
    assert_eq!(asked(&[], plain_member(), create()), Err(Error::Forbidden));
    assert_eq!(asked(&[], stranger(), create()), Err(Error::Unknown));
    for outside in [operator(), service()] {
        assert_eq!(asked(&[], outside, create()), Ok(vec![created()]));
    }
    let body = fold(&[created()]).body.unwrap();
    let credentials = Credentials { credential_id: credential(1), fingerprint: fingerprint(1) };
    assert_eq!((body.credentials, body.previous, body.owners.len()), (Some(credentials), None, 0));
}

#[test]
fn a_project_is_created_once() {
    for by in [owner(), stranger(), operator()] {
        assert_eq!(asked(&begun(), by, create()), Err(Error::AlreadyCreated));
    }
}

#[test]
fn nothing_else_happens_before_its_creation() {
    for action in wishes() {
        for by in [owner(), operator()] {
            assert_eq!(asked(&[], by, action.clone()), Err(Error::Unknown));
        }
    }
    assert_eq!(fold(&[owner_added(NAMED, NAMED)]), Project::default());
    assert_eq!(Project::default().next_at(), None);
}

#[test]
fn no_event_has_an_effect() {
    for event in begun() {
        assert_eq!(event.effects(), vec![]);
    }
    assert_eq!(owner_added(NAMED, NAMED).concerns(), Some(account(NAMED)));
    assert_eq!(Event::OwnerRemoved { account_id: account(NAMED) }.concerns(), Some(account(NAMED)));
    assert_eq!(created().concerns(), None);
}
