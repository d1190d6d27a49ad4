//! The whole life of a project, simulated: anybody asks for anything, and time passes in between.

use std::collections::BTreeSet;

use cqrs_es::DomainEvent;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;
use crate::testing::{SetTimers, handle};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Ask(MemberActor, Action),
    /// With credentials of their own.
    Reset(MemberActor, u32),
    /// Of one of all credentials that there ever were.
    Revoke(MemberActor, Index),
}

fn member_actor() -> impl Strategy<Value = MemberActor> {
    select(vec![
        owner(),
        owner(),
        named(),
        named(),
        in_membership(NAMED, 33, Role::Member),
        admin(),
        plain_member(),
        stranger(),
        operator(),
        service(),
    ])
}

fn action() -> impl Strategy<Value = Action> {
    let who = || select(vec![OWNER, NAMED, MEMBER]);
    prop_oneof![
        1 => Just(create()),
        1 => select(vec!["Numbers", "Note G"]).prop_map(rename),
        2 => (who(), select(vec![NAMED, MEMBER, 33])).prop_map(|(who, stay)| Action::AddOwner {
            account_id: account(who),
            membership_id: membership(stay),
        }),
        1 => who().prop_map(|who| Action::RemoveOwner { account_id: account(who) }),
        1 => Just(Action::RevealSecret),
        2 => Just(Action::RetirePrevious),
        4 => Just(Action::EndOverlap),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let keep = prop_oneof![Just(0u32), 1..170u32];
    prop_oneof![
        5 => prop_oneof![1..7_200i64, 1..400_000i64].prop_map(Step::Wait),
        6 => (member_actor(), action()).prop_map(|(by, action)| Step::Ask(by, action)),
        5 => (member_actor(), keep).prop_map(|(by, hours)| Step::Reset(by, hours)),
        2 => (member_actor(), any::<Index>()).prop_map(|(by, pick)| Step::Revoke(by, pick)),
    ]
}

struct World {
    now: DateTime<Utc>,
    project: Project,
    events: Vec<Event>,
    timers: SetTimers,
    /// Credentials that were made and did not die.
    alive: BTreeSet<CredentialId>,
    made: u128,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            now: hours(0),
            project: Project::default(),
            events: Vec::new(),
            timers: SetTimers::default(),
            alive: BTreeSet::new(),
            made: 1,
        };
        assert_eq!(world.send(operator(), create()), Ok(1));
        world
    }

    fn send(&mut self, by: MemberActor, action: Action) -> Result<usize, Error> {
        let owned = self.project.body.as_ref().is_some_and(|body| body.is_owned_by(&by));
        let events = handle(&mut self.project, Command { by, action }, self.now)?;
        for event in &events {
            assert!(owned || permitted(by, event), "{by:?} brought about {event:?}");
            self.see(event);
            self.timers.apply(event, self.now);
        }
        self.check();
        self.events.extend(events.iter().cloned());
        Ok(events.len())
    }

    fn see(&mut self, event: &Event) {
        match event {
            Event::Created { credential_id, .. } => drop(self.alive.insert(*credential_id)),
            Event::CredentialsReset { credential_id, previous, previous_ends_at, .. } => {
                assert_eq!(previous.is_some(), previous.is_some_and(|held| self.alive.contains(&held)));
                if let (Some(previous), None) = (previous, previous_ends_at) {
                    self.alive.remove(previous);
                }
                self.alive.insert(*credential_id);
            }
            Event::PreviousCredentialsEnded { credential_id, ended_at, .. } => {
                assert!(self.alive.remove(credential_id) && *ended_at <= self.now);
            }
            Event::CredentialsRevoked { credential_id } => assert!(self.alive.remove(credential_id)),
            Event::Renamed { .. }
            | Event::OwnerAdded { .. }
            | Event::OwnerRemoved { .. }
            | Event::CredentialsRevealed { .. } => {}
        }
    }

    fn act(&mut self, step: &Step) {
        let (by, action) = match step {
            Step::Wait(seconds) => {
                self.now += Duration::seconds(*seconds);
                return self.check();
            }
            Step::Ask(by, action) => (*by, action.clone()),
            Step::Reset(by, hours) => {
                self.made += 1;
                (*by, reset(self.made, *hours))
            }
            Step::Revoke(by, pick) => (*by, revoke(pick.index(self.made as usize) as u128 + 1)),
        };
        let _accepted_or_refused = self.send(by, action);
    }

    /// What holds at every instant.
    fn check(&self) {
        let body = self.project.body().unwrap();
        let held = body.credentials.as_ref().map(|held| held.credential_id);
        let held: BTreeSet<_> =
            held.into_iter().chain(body.previous.map(|held| held.credential_id)).collect();
        assert_eq!(held, self.alive, "at most two pairs, and none that is forgotten");
        self.timers.assert_covers(self.project.next_at(), self.now);
        let written = serde_json::to_string(&self.project).unwrap();
        assert_eq!(serde_json::from_str::<Project>(&written).unwrap(), self.project);
    }
}

/// What an actor may bring about who is no owner.
fn permitted(by: MemberActor, event: &Event) -> bool {
    let outside = by.by.account().is_none();
    match event {
        // Time does.
        Event::PreviousCredentialsEnded { reason, .. } => *reason == PreviousEnd::OverlapOver,
        Event::CredentialsRevealed { .. } | Event::CredentialsReset { .. } => false,
        _ => outside,
    }
}

fn live(steps: &[Step]) -> World {
    let mut world = World::new();
    steps.iter().for_each(|step| world.act(step));
    if let Some(at) = world.project.next_at() {
        world.now = world.now.max(at);
        assert_eq!(world.send(service(), Action::EndOverlap), Ok(1));
    }
    world.timers.assert_covers([], world.now);
    world
}

proptest! {
    #[test]
    fn whatever_happens_no_credentials_outlive_their_time_unseen(
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
    let worlds = (0..200).map(|_| live(&lives.new_tree(&mut runner).unwrap().current()));
    let events: Vec<Event> = worlds.flat_map(|world| world.events).collect();
    let told: BTreeSet<String> = events.iter().map(DomainEvent::event_type).collect();
    assert_eq!(told.len(), 8, "{told:?}");
    for end in [PreviousEnd::OverlapOver, PreviousEnd::Retired, PreviousEnd::ResetAgain] {
        let is =
            |event: &Event| matches!(event, Event::PreviousCredentialsEnded { reason, .. } if *reason == end);
        assert!(events.iter().any(is), "{end:?} never came about");
    }
}
