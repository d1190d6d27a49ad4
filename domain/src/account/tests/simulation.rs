//! The whole life of an account, simulated: people change their minds, links are followed late or never, messages
//! go out late or twice, workers come when they come, and months pass in between.

use std::collections::BTreeSet;

use cqrs_es::DomainEvent;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::world::World;
use super::*;

/// One thing that happens. An action that confirms, takes back or ends something names one of all there
/// ever were.
#[derive(Clone, Debug)]
enum Action {
    Wait(i64),
    WaitUntilNext,
    Work,
    RequestEmail(&'static str),
    ConfirmEmail(Index),
    /// Of the one change that can wait to be confirmed.
    ConfirmNewestEmail,
    UndoEmail(Index),
    ReleaseEmail(Index),
    IssueToken,
    EndToken(Index, TokenEnd),
    RequestPhone,
    VerifyPhone(Index),
    AddPasskey,
    RemovePasskey(Index),
    Notice(AccountNotice, bool),
    /// What needs no id that another one made.
    Plain(Command),
}

/// Addresses to go to and fro between; two of them are one.
const ADDRESSES: [&str; 7] = [
    ADA,
    "ada@EXAMPLE.com",
    KING,
    COUNTESS,
    "next@example.com",
    "ada@bücher.example",
    "ada@xn--bcher-kva.example",
];

fn wait() -> impl Strategy<Value = i64> {
    let day = 86_400i64;
    prop_oneof![3 => 1..7_200i64, 4 => 1..2 * day, 2 => 1..9 * day, 1 => 1..200 * day]
}

fn about_email() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => select(ADDRESSES.to_vec()).prop_map(Action::RequestEmail),
        6 => any::<Index>().prop_map(Action::ConfirmEmail),
        4 => Just(Action::ConfirmNewestEmail),
        3 => any::<Index>().prop_map(Action::UndoEmail),
        4 => any::<Index>().prop_map(Action::ReleaseEmail),
        5 => prop_oneof![1..7_200i64, 1..432_000i64].prop_map(Action::Wait),
        1 => Just(Action::WaitUntilNext),
        1 => Just(Action::Work),
    ]
}

fn about_anything() -> impl Strategy<Value = Action> {
    let reason = prop_oneof![Just(TokenEnd::Revoked), Just(TokenEnd::Expired)];
    let notice = select(AccountNotice::ALL.to_vec());
    let of_token_end =
        select(vec![AccountNotice::GdprTokenExpiresIn30Days, AccountNotice::GdprTokenExpiresIn7Days]);
    prop_oneof![
        8 => about_email(),
        5 => wait().prop_map(Action::Wait),
        4 => Just(Action::WaitUntilNext),
        3 => Just(Action::Work),
        3 => Just(Action::IssueToken),
        2 => (any::<Index>(), reason).prop_map(|(pick, reason)| Action::EndToken(pick, reason)),
        2 => Just(Action::RequestPhone),
        2 => any::<Index>().prop_map(Action::VerifyPhone),
        3 => select(about_factor_removal()).prop_map(Action::Plain),
        2 => Just(Action::AddPasskey),
        1 => any::<Index>().prop_map(Action::RemovePasskey),
        2 => (notice, any::<bool>()).prop_map(|(notice, delivered)| Action::Notice(notice, delivered)),
        2 => (of_token_end, any::<bool>()).prop_map(|(notice, delivered)| Action::Notice(notice, delivered)),
        10 => select([holders_commands(), late_commands()].concat()).prop_map(Action::Plain),
    ]
}

/// Commands that seldom meet the state in which they mean something.
fn about_factor_removal() -> Vec<Command> {
    let is_about = |command: &Command| {
        matches!(
            command,
            Command::BeginFactorRemoval { .. } | Command::StopFactorRemoval | Command::RemoveFactor
        )
    };
    holders_commands().into_iter().filter(is_about).collect()
}

/// An account, and how many ids of each kind were made.
struct Life {
    world: World,
    changes: usize,
    tokens: usize,
    challenges: usize,
    passkeys: usize,
}

/// One of the numbers from 1 up to `most`; 0 is of nothing.
fn number(pick: &Index, most: usize) -> u128 {
    if most == 0 { 0 } else { pick.index(most) as u128 + 1 }
}

fn next(count: &mut usize) -> u128 {
    *count += 1;
    *count as u128
}

impl Life {
    fn command(&mut self, action: &Action) -> Option<Command> {
        let changed = |pick: &Index| change(number(pick, self.changes));
        Some(match action {
            Action::ConfirmEmail(pick) => Command::ConfirmEmailChange { change_id: changed(pick) },
            Action::ConfirmNewestEmail => {
                Command::ConfirmEmailChange { change_id: change(self.changes as u128) }
            }
            Action::UndoEmail(pick) => Command::UndoEmailChange { change_id: changed(pick) },
            Action::ReleaseEmail(pick) => Command::ReleaseFormerEmail { change_id: changed(pick) },
            Action::RequestEmail(text) => Command::RequestEmailChange {
                change_id: change(next(&mut self.changes)),
                email: address(text),
            },
            Action::IssueToken => Command::IssueGdprToken {
                credential_id: credential(next(&mut self.tokens)),
                fingerprint: "…x7Kd".to_owned(),
            },
            Action::EndToken(pick, reason) => Command::EndGdprToken {
                credential_id: credential(number(pick, self.tokens)),
                reason: *reason,
            },
            Action::RequestPhone => Command::RequestPhoneChange {
                challenge_id: challenge(next(&mut self.challenges)),
                number: "+14155550123".parse().unwrap(),
                channel: Channel::Sms,
            },
            Action::VerifyPhone(pick) => Command::VerifyPhone {
                challenge_id: challenge(number(pick, self.challenges)),
                recovery_codes: RECOVERY_CODES,
            },
            Action::AddPasskey => Command::AddPasskey {
                passkey_id: passkey(next(&mut self.passkeys)),
                name: "Laptop".to_owned(),
                recovery_codes: RECOVERY_CODES,
            },
            Action::RemovePasskey(pick) => {
                Command::RemovePasskey { passkey_id: passkey(number(pick, self.passkeys)) }
            }
            Action::Notice(notice, true) => record_notice(*notice),
            Action::Notice(notice, false) => refused(*notice),
            // Ids of their own: a change, a token, a question and a passkey are made once.
            Action::Plain(
                Command::RequestEmailChange { .. }
                | Command::IssueGdprToken { .. }
                | Command::RequestPhoneChange { .. }
                | Command::AddPasskey { .. },
            ) => return None,
            Action::Plain(Command::BeginFactorRemoval { proof, note_id, .. }) => {
                Command::BeginFactorRemoval {
                    proof: *proof,
                    note_id: note_id.clone(),
                    due_at: self.world.now + Duration::days(3),
                }
            }
            Action::Plain(command) => command.clone(),
            Action::Wait(_) | Action::WaitUntilNext | Action::Work => return None,
        })
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::Wait(seconds) => self.world.wait(*seconds),
            Action::WaitUntilNext => self.world.wait_until_next(),
            Action::Work => self.world.work(),
            action => {
                if let Some(command) = self.command(action) {
                    let _accepted_or_refused = self.world.send(command);
                }
            }
        }
    }
}

/// Lives the life, and shows at its end and now and then before that what is left to do comes to an end.
fn live(actions: &[Action]) -> World {
    let mut life = Life { world: World::new(), changes: 0, tokens: 0, challenges: 0, passkeys: 0 };
    for (turn, action) in actions.iter().enumerate() {
        life.act(action);
        if turn % 8 == 0 {
            life.world.clone().finish();
        }
    }
    life.world.clone().finish();
    life.world
}

proptest! {
    #[test]
    fn to_and_fro_the_account_holds_the_addresses_it_needs_and_no_other(
        actions in prop::collection::vec(about_email(), 0..60)
    ) {
        let mut world = live(&actions);
        prop_assert_eq!(world.send(Command::Delete), Ok(1));
    }

    #[test]
    fn whatever_happens_the_rules_hold_and_no_task_is_forgotten(
        actions in prop::collection::vec(about_anything(), 0..80)
    ) {
        live(&actions);
    }
}

/// The events of many lives. The same at each run.
fn events_of(life: &impl Strategy<Value = Vec<Action>>) -> Vec<Event> {
    let mut runner = TestRunner::deterministic();
    let lives = (0..200).map(|_| live(&life.new_tree(&mut runner).unwrap().current()));
    lives.flat_map(|world| world.events).collect()
}

/// Without this, the properties above could hold because nothing ever happens.
#[test]
fn the_simulation_reaches_every_event() {
    let events = events_of(&prop::collection::vec(about_anything(), 0..80));
    let told: BTreeSet<String> = events.iter().map(DomainEvent::event_type).collect();
    assert_eq!(told.len(), 45, "{told:?}");
    let moves = events_of(&prop::collection::vec(about_email(), 0..60));
    let is = |test: fn(&Event) -> bool| moves.iter().any(test);
    assert!(is(|event| matches!(event, Event::EmailChangeUndone { released, .. } if released.len() > 1)));
    assert!(is(|event| matches!(event, Event::FormerEmailReleased { email: None, .. })));
    assert!(is(|event| matches!(event, Event::FormerEmailReleased { email: Some(_), .. })));
}
