//! Several second factors side by side: authenticator app and passkeys, beside the phone.

use super::second_factor::with_phone;
use super::*;
use crate::sentence::Sentence;
use crate::testing::handle;

fn name(text: &str) -> Personal<String> {
    Personal::profile(account_id(), text.to_owned())
}

fn add_app() -> Command {
    Command::AddAuthenticatorApp { recovery_codes: RECOVERY_CODES }
}

fn add_passkey(number: u128) -> Command {
    let (passkey_id, name) = (passkey(number), format!("Device {number}"));
    Command::AddPasskey { passkey_id, name, recovery_codes: RECOVERY_CODES }
}

fn added_at(number: u128, hour: i64) -> Event {
    let (passkey_id, name) = (passkey(number), name(&format!("Device {number}")));
    Event::PasskeyAdded { passkey_id, name, undo_until: hours(hour) + FACTOR_UNDO_LIFE }
}

fn codes() -> Event {
    Event::RecoveryCodesIssued { count: RECOVERY_CODES }
}

fn with_passkey() -> Vec<Event> {
    vec![registered(), added_at(1, 1), codes()]
}

#[test]
fn recovery_codes_come_with_the_first_factor_and_stay_with_the_others() {
    let app = Event::AuthenticatorAppAdded {};
    given(hours(1), vec![registered()]).when(add_app()).then_expect_events(vec![app.clone(), codes()]);
    given(hours(1), vec![registered()])
        .when(add_passkey(1))
        .then_expect_events(vec![added_at(1, 1), codes()]);
    given(hours(1), with_phone()).when(add_app()).then_expect_events(vec![app]);
    given(hours(1), with_phone()).when(add_passkey(1)).then_expect_events(vec![added_at(1, 1)]);
}

#[test]
fn recovery_codes_go_with_the_last_factor_and_not_before() {
    let both = [with_phone(), vec![Event::AuthenticatorAppAdded {}]].concat();
    let phone_gone = Event::PhoneRemoved { others_left: true };
    given(hours(2), both.clone()).when(Command::RemovePhone).then_expect_events(vec![phone_gone.clone()]);
    let app_alone = [both, vec![phone_gone]].concat();
    assert_eq!(holder(app_alone.clone()).recovery_codes, RECOVERY_CODES);
    let app_gone = Event::AuthenticatorAppRemoved { others_left: false };
    given(hours(2), app_alone.clone())
        .when(Command::RemoveAuthenticatorApp)
        .then_expect_events(vec![app_gone.clone()]);
    let none = holder([app_alone, vec![app_gone]].concat());
    assert_eq!((none.has_second_factor(), none.recovery_codes), (false, 0));
}

#[test]
fn what_is_not_there_is_neither_removed_nor_renamed_nor_taken_back() {
    for (command, error) in [
        (Command::RemoveAuthenticatorApp, Error::NoSecondFactor),
        (Command::RemovePasskey { passkey_id: passkey(2) }, Error::NoPasskey),
        (Command::RenamePasskey { passkey_id: passkey(2), name: "Mine".to_owned() }, Error::NoPasskey),
        (Command::UndoSecondFactor { factor: SecondFactor::AuthenticatorApp }, Error::NoSecondFactor),
        (Command::UndoSecondFactor { factor: SecondFactor::Passkey(passkey(2)) }, Error::NoSecondFactor),
        (Command::UndoSecondFactor { factor: SecondFactor::Phone }, Error::NoSecondFactor),
        (Command::RemovePhone, Error::NoSecondFactor),
    ] {
        given(hours(2), with_passkey()).when(command).then_expect_error(error);
    }
}

#[test]
fn a_passkey_has_the_name_that_was_given_last() {
    let rename = |text: &str| Command::RenamePasskey { passkey_id: passkey(1), name: text.to_owned() };
    given(hours(2), with_passkey()).when(rename("Device 1")).then_expect_events(vec![]);
    let renamed = Event::PasskeyRenamed { passkey_id: passkey(1), name: name("Key ring") };
    given(hours(2), with_passkey()).when(rename("Key ring")).then_expect_events(vec![renamed.clone()]);
    let held = holder([with_passkey(), vec![renamed]].concat());
    assert_eq!(held.passkeys[&passkey(1)].name, name("Key ring"));
}

#[test]
fn an_account_has_a_bounded_number_of_passkeys() {
    let most = MOST_PASSKEYS as u128;
    let full = [vec![registered()], (1..=most).map(|number| added_at(number, 1)).collect()].concat();
    given(hours(2), full).when(add_passkey(most + 1)).then_expect_error(Error::TooManyPasskeys);
}

/// Who takes something back ends an intrusion: a passkey made meanwhile would sign in without any password.
#[test]
fn with_what_is_taken_back_end_the_passkeys_of_the_last_week() {
    let history = [with_phone(), vec![added_at(1, 0), added_at(2, 100)]].concat();
    let undone = Event::SecondFactorUndone { factor: SecondFactor::Phone };
    let ended = |ids: &[u128], others_left| Event::PasskeysEnded {
        passkey_ids: ids.iter().map(|id| passkey(*id)).collect(),
        others_left,
    };
    let undo = Command::UndoSecondFactor { factor: SecondFactor::Phone };
    given(hours(101), history.clone())
        .when(undo.clone())
        .then_expect_events(vec![undone.clone(), ended(&[1, 2], false)]);
    given(hours(7 * 24), history.clone()).when(undo).then_expect_events(vec![undone, ended(&[2], true)]);
    // One that is taken back itself is not told of twice.
    let undo = Command::UndoSecondFactor { factor: SecondFactor::Passkey(passkey(2)) };
    let undone = Event::SecondFactorUndone { factor: SecondFactor::Passkey(passkey(2)) };
    given(days(7), history).when(undo).then_expect_events(vec![undone]);
}

#[test]
fn who_reads_the_mail_does_not_thereby_do_without_a_factor() {
    for command in [Command::ResetPassword, Command::EndSessions] {
        let mut account = fold(with_passkey());
        handle(&mut account, command, hours(2)).unwrap();
        assert!(account.holder.unwrap().has_second_factor());
    }
}

#[test]
fn removal_on_proof_takes_every_factor() {
    let begun = Event::FactorRemovalBegun { proof: IdentityProof::Other, note_id: None, due_at: days(1) };
    let history = [with_phone(), vec![Event::AuthenticatorAppAdded {}, added_at(1, 1), begun]].concat();
    given(days(1), history.clone())
        .when(Command::RemoveFactor)
        .then_expect_events(vec![Event::FactorRemoved {}]);
    let left = holder([history, vec![Event::FactorRemoved {}]].concat());
    assert_eq!((left.has_second_factor(), left.recovery_codes), (false, 0));
}

#[test]
fn a_removal_waits_on_while_another_factor_is_left() {
    let begun = Event::FactorRemovalBegun { proof: IdentityProof::Other, note_id: None, due_at: days(3) };
    let history = [with_phone(), vec![Event::AuthenticatorAppAdded {}, begun]].concat();
    let one = [history.clone(), vec![Event::PhoneRemoved { others_left: true }]].concat();
    assert!(holder(one.clone()).factor_removal.is_some());
    let none = [one, vec![Event::AuthenticatorAppRemoved { others_left: false }]].concat();
    assert!(holder(none).factor_removal.is_none());
    let more = [history, vec![added_at(1, 1)]].concat();
    assert!(holder(more).factor_removal.is_none());
}

#[test]
fn the_history_tells_of_passkeys_and_of_what_is_left() {
    assert_eq!(added_at(1, 1).sentence(), "A passkey was added: from now on it signs in without a password");
    let removed = Event::PasskeyRemoved { passkey_id: passkey(1), others_left: false };
    assert_eq!(removed.sentence(), "A passkey was removed; there is no second factor any more");
}
