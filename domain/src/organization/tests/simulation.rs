//! The whole life of an organization, simulated: anybody asks for anything, and time passes in between.

use std::collections::BTreeSet;

use cqrs_es::DomainEvent;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::demand::with_factor;
use super::*;
use crate::testing::{SetTimers, handle};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    /// Everything that is due is done.
    Work,
    Ask(Actor, Action),
    /// An account has a second factor from now on, or has none.
    Prove(u128, bool),
    /// With an invitation of its own.
    Invite(Actor, Role),
    /// One of all invitations that there ever were.
    EndInvitation(Actor, Index, InvitationEnd),
    AcceptInvitation(u128, Index),
    /// With a membership of its own.
    Add(Actor, u128, Role),
}

fn who() -> impl Strategy<Value = u128> {
    1..=4u128
}

fn asker() -> impl Strategy<Value = Actor> {
    prop_oneof![8 => who().prop_map(by), 2 => Just(operator()), 1 => Just(Actor::Service)]
}

fn role() -> impl Strategy<Value = Role> {
    select(vec![Role::Member, Role::Admin, Role::Owner])
}

fn invitation_end() -> impl Strategy<Value = InvitationEnd> {
    select(vec![InvitationEnd::Revoked, InvitationEnd::Declined, InvitationEnd::Expired])
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        1 => Just(create()),
        1 => select(vec!["Engines", "Other"]).prop_map(rename),
        2 => any::<bool>().prop_map(demand),
        6 => (who(), role()).prop_map(|(who, role)| change_role(who, role)),
        3 => who().prop_map(remove),
        2 => (who(), prop::option::of(who())).prop_map(|(who, successor)| release(who, successor)),
        1 => who().prop_map(close),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..300_000i64).prop_map(Step::Wait),
        1 => Just(Step::Work),
        3 => (who(), any::<bool>()).prop_map(|(who, has)| Step::Prove(who, has)),
        12 => (asker(), action()).prop_map(|(by, action)| Step::Ask(by, action)),
        4 => (asker(), role()).prop_map(|(by, role)| Step::Invite(by, role)),
        2 => (asker(), any::<Index>(), invitation_end())
            .prop_map(|(by, pick, reason)| Step::EndInvitation(by, pick, reason)),
        4 => (who(), any::<Index>()).prop_map(|(who, pick)| Step::AcceptInvitation(who, pick)),
        3 => (asker(), who(), role()).prop_map(|(by, who, role)| Step::Add(by, who, role)),
    ]
}

struct World {
    now: DateTime<Utc>,
    organization: Organization,
    events: Vec<Event>,
    timers: SetTimers,
    /// The accounts that have a second factor.
    proved: BTreeSet<u128>,
    invitations: usize,
    stays: u128,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            now: days(0),
            organization: Organization::default(),
            events: Vec::new(),
            timers: SetTimers::default(),
            proved: BTreeSet::from([OWNER]),
            invitations: 0,
            stays: 100,
        };
        assert_eq!(world.send(operator(), create()), Ok(2));
        world
    }

    fn send(&mut self, by: Actor, action: Action) -> Result<usize, Error> {
        let before = self.organization.clone();
        let has_factor = self.proved.iter().any(|number| by == super::by(*number));
        let asker = by.account().filter(|_| has_factor).map_or(by.into(), with_factor);
        let events = handle(&mut self.organization, Command { by: asker, action }, self.now)?;
        for event in &events {
            assert!(permitted(&before, by, event), "{by:?} brought about {event:?} in {before:?}");
            let met = has_factor || by.account().is_none() || permitted_without_factor(&before, by, event);
            assert!(met, "{by:?} brought about {event:?} without a factor in {before:?}");
            self.timers.apply(event, self.now);
        }
        self.check();
        self.events.extend(events.iter().cloned());
        Ok(events.len())
    }

    fn act(&mut self, step: &Step) {
        let picked = |pick: &Index| invitation(pick.index(self.invitations.max(1)) as u128);
        let (by, action) = match step {
            Step::Wait(seconds) => {
                self.now += Duration::seconds(*seconds);
                return self.check();
            }
            Step::Work => return self.work(),
            Step::Prove(who, has) => {
                if *has {
                    self.proved.insert(*who)
                } else {
                    self.proved.remove(who)
                };
                return;
            }
            Step::Ask(by, action) => (*by, action.clone()),
            Step::Invite(by, role) => {
                self.invitations += 1;
                (*by, invite(self.invitations as u128 - 1, *role))
            }
            Step::EndInvitation(by, pick, reason) => {
                (*by, Action::EndInvitation { invitation_id: picked(pick), reason: *reason })
            }
            Step::AcceptInvitation(who, pick) => {
                self.stays += 1;
                let (account_id, membership_id) = (account(*who), membership(self.stays));
                let invitation_id = picked(pick);
                (
                    Actor::Account(account_id),
                    Action::AcceptInvitation { invitation_id, account_id, membership_id },
                )
            }
            Step::Add(by, who, role) => {
                self.stays += 1;
                let (account_id, membership_id) = (account(*who), membership(self.stays));
                (*by, Action::AddMember { account_id, membership_id, role: *role })
            }
        };
        let _accepted_or_refused = self.send(by, action);
    }

    fn work(&mut self) {
        let due = schedule(&self.organization).into_iter().filter(|(at, _)| *at <= self.now);
        for (_, invitation_id) in due.collect::<Vec<_>>() {
            let expire = Action::EndInvitation { invitation_id, reason: InvitationEnd::Expired };
            assert_eq!(self.send(Actor::Service, expire), Ok(1));
        }
        assert!(schedule(&self.organization).iter().all(|(at, _)| *at > self.now));
    }

    /// What holds at every instant.
    fn check(&self) {
        let tasks = schedule(&self.organization);
        self.timers.assert_covers(tasks.iter().map(|(at, _)| *at), self.now);
        let body = self.organization.body.as_ref().unwrap();
        if body.closed {
            assert!(body.members.is_empty() && tasks.is_empty());
        } else {
            assert!(body.members_of(Role::Owner).next().is_some(), "without an owner: {body:?}");
        }
        assert!(body.members.len() <= MOST_MEMBERS && body.invitations.len() <= MOST_INVITATIONS);
        let written = serde_json::to_string(&self.organization).unwrap();
        assert_eq!(serde_json::from_str::<Organization>(&written).unwrap(), self.organization);
    }
}

/// Whether an actor may bring an event about, told from the roles alone.
fn permitted(before: &Organization, by: Actor, event: &Event) -> bool {
    let Some(asker) = by.account() else { return true };
    let members = before.body.as_ref().map(|body| &body.members);
    let role_of = |account| members.and_then(|members| members.get(&account)).map(|member| member.role);
    let role = role_of(asker);
    match event {
        Event::Created { .. } => false,
        Event::Renamed { .. } => role >= Some(Role::Admin),
        Event::SecondFactorDemandChanged { .. } => role == Some(Role::Owner),
        Event::MemberInvited { role: given, .. } => role >= Some(Role::Admin) && role >= Some(*given),
        Event::InvitationEnded { reason: InvitationEnd::Revoked, .. } => role >= Some(Role::Admin),
        Event::InvitationEnded { .. } => true,
        Event::MemberJoined { account_id, invitation_id: Some(_), .. } => *account_id == asker,
        Event::MemberJoined { .. } => role == Some(Role::Owner),
        Event::MemberRoleChanged { from, to, .. } => {
            role >= Some(Role::Admin) && role >= Some(*from) && role >= Some(*to)
        }
        Event::MemberLeft { account_id, reason: MembershipEnd::Removed } => {
            role >= Some(Role::Admin) && role >= role_of(*account_id)
        }
        Event::MemberLeft { account_id, .. } => *account_id == asker,
        Event::Closed {} => role == Some(Role::Owner),
    }
}

/// Whether a member without a second factor may bring an event about: where none is demanded, and otherwise by joining
/// and leaving alone.
fn permitted_without_factor(before: &Organization, by: Actor, event: &Event) -> bool {
    let demanded = before.body.as_ref().is_some_and(|body| body.second_factor_demanded);
    match event {
        Event::SecondFactorDemandChanged { .. } => false,
        Event::Renamed { .. } | Event::MemberInvited { .. } => !demanded,
        Event::InvitationEnded { reason, .. } => !demanded || *reason != InvitationEnd::Revoked,
        Event::MemberJoined { account_id, .. } | Event::MemberLeft { account_id, .. } => {
            !demanded || by.account() == Some(*account_id)
        }
        // Of a member who leaves with the account, another one becomes an owner.
        Event::MemberRoleChanged { to, .. } => !demanded || *to == Role::Owner,
        Event::Created { .. } | Event::Closed {} => true,
    }
}

fn live(steps: &[Step]) -> World {
    let mut world = World::new();
    steps.iter().for_each(|step| world.act(step));
    world.now += INVITATION_LIFE;
    world.work();
    world.timers.assert_covers([], world.now);
    world
}

proptest! {
    #[test]
    fn whoever_asks_for_whatever_there_is_an_owner_and_no_task_is_forgotten(
        steps in prop::collection::vec(step(), 0..80)
    ) {
        live(&steps);
    }
}

/// Without this, the property above could hold because nothing ever happens.
#[test]
fn the_simulation_reaches_every_event() {
    let mut runner = TestRunner::deterministic();
    let lives = prop::collection::vec(step(), 0..80);
    let mut told = BTreeSet::new();
    let (mut crowd, mut owners) = (0, 0);
    for _ in 0..200 {
        let world = live(&lives.new_tree(&mut runner).unwrap().current());
        told.extend(world.events.iter().map(DomainEvent::event_type));
        let body = world.organization.body.unwrap();
        crowd = crowd.max(body.members.len());
        owners = owners.max(body.members_of(Role::Owner).count());
    }
    assert_eq!(told.len(), 9, "{told:?}");
    assert!(crowd == 4 && owners > 1, "{crowd} members, {owners} owners at most");
}
