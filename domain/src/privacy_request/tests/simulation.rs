//! The whole life of a request, simulated: people change their minds, sources fail, processes die
//! before they can report, reports arrive twice, late or unasked, and days pass in between.

use std::time::{Duration as WallTime, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::world::{World, success};
use super::*;

/// How taking a step goes.
#[derive(Clone, Debug)]
enum Outcome {
    Success,
    /// It is done, but the process dies before it can say so.
    Lost,
    /// The report is delivered twice.
    Twice,
    Progress(u64),
    Failure,
    /// A reading after the erasure finds something.
    FoundAgain,
    /// Meanwhile another request erased what was collected.
    DataErased,
}

/// One thing that happens in the world.
#[derive(Clone, Debug)]
enum Action {
    Wait(i64),
    WaitUntilNext,
    Work(Index, Outcome),
    ReportAgain(Index),
    /// A report or a wish that was not planned.
    Stray(Command),
    StopAndStart,
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Success),
        2 => Just(Outcome::Lost),
        2 => Just(Outcome::Twice),
        2 => (0u64..5).prop_map(Outcome::Progress),
        3 => Just(Outcome::Failure),
        2 => Just(Outcome::FoundAgain),
        1 => Just(Outcome::DataErased),
    ]
}

fn wait() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 1..60i64, 3 => 1..7_200i64, 2 => 1..172_800i64, 1 => 1..864_000i64]
}

/// What may be asked or told at any time, whether it fits or not.
fn stray() -> impl Strategy<Value = Command> {
    let source = prop::sample::select(SOURCES.to_vec());
    prop_oneof![
        2 => Just(Command::Cancel),
        4 => any::<bool>().prop_map(|whole| Command::RecordDownload { whole }),
        2 => Just(Command::EndArchive { reason: ArchiveEnd::Disabled }),
        1 => Just(Command::EndArchive { reason: ArchiveEnd::Erased }),
        1 => Just(Command::EndArchive { reason: ArchiveEnd::Expired }),
        2 => Just(Command::Start),
        1 => Just(Command::RestartCollection),
        2 => Just(Command::Complete),
        2 => Just(record_packaged()),
        1 => Just(Command::RecordStall { reason: "no mail server".to_owned() }),
        1 => Just(Command::RecordPartsRemoved),
        1 => Just(Command::RecordUndeliverable { notice: Notice::Received, reason: Undeliverable::Refused }),
        1 => Just(Command::RecordObjectsRemoved),
        1 => Just(receive(Kind::Export)),
        2 => source.clone().prop_map(record_exported),
        2 => source.clone().prop_map(record_erased),
        2 => source.clone().prop_map(fails),
        1 => (source.clone(), 0u32..3).prop_map(|(source, reading)| found_again(source, reading)),
        1 => (source.clone(), 0u32..3).prop_map(|(source, reading)| Command::RecordVerified { source: name(source), reading }),
        1 => source.prop_map(|source| Command::RecordProgress { source: name(source), records: 9 }),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => wait().prop_map(Action::Wait),
        5 => Just(Action::WaitUntilNext),
        12 => (any::<Index>(), outcome()).prop_map(|(pick, outcome)| Action::Work(pick, outcome)),
        2 => any::<Index>().prop_map(Action::ReportAgain),
        3 => stray().prop_map(Action::Stray),
        1 => Just(Action::StopAndStart),
    ]
}

const SOURCES: [&str; 5] = ["account", "archives", "usage", "crm", "mail"];

/// A request of either kind with one to five sources, in one stage to as many as there are.
fn receipt() -> impl Strategy<Value = Command> {
    let kind = prop_oneof![Just(Kind::Export), Just(Kind::Erasure)];
    let regulation = prop_oneof![Just(LawId::GDPR), Just(LawId::CCPA)];
    let stage_of_each = prop::collection::vec(0usize..4, 1..=SOURCES.len());
    let later = prop::collection::vec((0i64..240).prop_map(Duration::hours), 0..3);
    (kind, regulation, stage_of_each, 0i64..72, later).prop_map(
        |(kind, regulation, stage_of_each, hours, later_readings)| {
            let mut stages = vec![Vec::new(); 4];
            for (source, stage) in SOURCES.into_iter().zip(stage_of_each) {
                stages[stage].push(name(source));
            }
            Command::Receive(NewRequest {
                regulation,
                cooling_off: Duration::hours(hours),
                stages,
                later_readings,
                ..new_request(kind)
            })
        },
    )
}

fn life() -> impl Strategy<Value = (Command, Vec<Action>)> {
    (receipt(), prop::collection::vec(action(), 0..80))
}

/// A worker takes one step that is due, if one is.
fn work(world: &mut World, pick: &Index, outcome: &Outcome) {
    let due = plan(world.request(), world.now);
    if due.is_empty() {
        return;
    }
    let intent = pick.get(&due);
    let done = success(intent);
    let at_a_source = match intent {
        Intent::Collect(source) | Intent::Erase(source) | Intent::Verify { source, .. } => {
            Some(source.clone())
        }
        _ => None,
    };
    match (outcome, at_a_source) {
        (Outcome::Lost, _) => {}
        (Outcome::Failure, Some(source)) => {
            let report = fails(source.as_str());
            assert_eq!(world.report(report.clone()), Ok(1), "a failure was not recorded");
            assert_eq!(world.send(report), Ok(0), "a failure told twice was counted twice");
        }
        (Outcome::Progress(records), Some(source)) => {
            let told = world.report(Command::RecordProgress { source, records: *records });
            assert!(told.is_ok(), "progress was refused: {told:?}");
        }
        (Outcome::FoundAgain, _) => {
            let Intent::Verify { source, reading } = intent else { return };
            let report = found_again(source.as_str(), *reading);
            assert_eq!(world.report(report.clone()), Ok(1), "what was found again was not recorded");
            assert!(world.send(report).is_err(), "what was found again was counted twice");
        }
        (Outcome::DataErased, None) if *intent == Intent::Package => {
            assert_eq!(world.report(Command::RestartCollection), Ok(1));
        }
        (Outcome::Twice, _) => {
            assert!(matches!(world.report(done.clone()), Ok(1..)), "{intent:?} was refused");
            assert_eq!(world.send(done), Ok(0), "{intent:?} was told twice");
        }
        (Outcome::Failure | Outcome::Progress(_), None) => {}
        (Outcome::Success | Outcome::DataErased, _) => {
            assert!(matches!(world.report(done), Ok(1..)), "{intent:?} was refused");
        }
    }
}

fn act(world: &mut World, action: &Action) {
    match action {
        Action::Wait(seconds) => world.wait(*seconds),
        Action::WaitUntilNext => world.wait_until_next(),
        Action::Work(pick, outcome) => work(world, pick, outcome),
        Action::ReportAgain(pick) => world.report_again(|length| pick.index(length)),
        Action::Stray(command) => {
            let _accepted_or_refused = world.send(command.clone());
        }
        Action::StopAndStart => world.stop_and_start(),
    }
}

/// Lives the life, and shows at each point of it that the request would still come to rest.
fn live(receipt: Command, actions: &[Action]) -> World {
    let mut world = World::new(receipt);
    for (turn, action) in actions.iter().enumerate() {
        act(&mut world, action);
        if turn % 4 == 0 {
            world.clone().finish(|_| 0);
        }
    }
    world.stop_and_start();
    world.clone().finish(|_| 0);
    world.clone().finish(|length| length - 1);
    world
}

proptest! {
    #[test]
    fn whatever_happens_the_rules_hold_and_the_request_comes_to_rest((receipt, actions) in life()) {
        live(receipt, &actions);
    }
}

/// Without this, the property above could hold because nothing ever happens.
#[test]
fn the_simulation_reaches_every_event_and_every_state() {
    let mut runner = TestRunner::deterministic();
    let (mut events, mut states) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let (receipt, actions) = life().new_tree(&mut runner).unwrap().current();
        let world = live(receipt, &actions);
        events.extend(world.events.iter().map(cqrs_es::DomainEvent::event_type));
        states.push(world.request().state.as_str());
    }
    for list in [&mut states, &mut events.iter().map(String::as_str).collect()] {
        list.sort_unstable();
        list.dedup();
    }
    let states_known =
        ["cancelled", "completed", "cooling_off", "expired", "packaging", "received", "running", "verifying"];
    assert_eq!(states, states_known);
    events.sort_unstable();
    events.dedup();
    assert_eq!(events.len(), 19, "{events:?}");
}

/// A source is down for ninety days. It is asked once an hour, and holds up nothing but itself.
#[test]
fn ninety_days_pass_in_milliseconds() {
    let begun = Instant::now();
    let mut world = World::new(receive(Kind::Export));
    let mut asked = 0;
    while world.now < days(90) {
        world.wait_until_next();
        for intent in plan(world.request(), world.now) {
            let report = match &intent {
                Intent::Collect(source) if *source == name("usage") => {
                    asked += 1;
                    fails("usage")
                }
                _ => success(&intent),
            };
            assert!(matches!(world.report(report), Ok(1..)), "{intent:?} was refused");
        }
    }
    let usage = &world.request().sources[&name("usage")];
    assert_eq!(usage.attempts, asked);
    assert!((90 * 24..90 * 24 + 16).contains(&asked), "asked {asked} times");
    assert!(world.request().sources[&name("account")].done);
    assert_eq!(world.request().state, State::Running, "partial success is not success");
    world.finish(|_| 0);
    assert!(begun.elapsed() < WallTime::from_secs(2), "took {:?}", begun.elapsed());
}
