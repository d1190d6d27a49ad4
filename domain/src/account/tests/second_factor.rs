//! The phone that receives codes, and the recovery codes that stand for it.

use super::*;

fn number(text: &str) -> Personal<PhoneNumber> {
    Personal::profile(account_id(), text.parse().unwrap())
}

const FIRST: &str = "+14155550123";
const SECOND: &str = "+14155550199";

fn request(challenge_number: u128, text: &str, channel: Channel) -> Command {
    let (challenge_id, number) = (challenge(challenge_number), text.parse().unwrap());
    Command::RequestPhoneChange { challenge_id, number, channel }
}

fn requested(challenge_number: u128, text: &str, channel: Channel) -> Event {
    Event::PhoneChangeRequested { challenge_id: challenge(challenge_number), number: number(text), channel }
}

fn verify(challenge_number: u128) -> Command {
    Command::VerifyPhone { challenge_id: challenge(challenge_number), recovery_codes: RECOVERY_CODES }
}

fn verified(text: &str, channel: Channel) -> Vec<Event> {
    vec![
        Event::PhoneVerified { number: number(text), channel },
        Event::RecoveryCodesIssued { count: RECOVERY_CODES },
    ]
}

pub(super) fn with_phone() -> Vec<Event> {
    [vec![registered(), requested(1, FIRST, Channel::Sms)], verified(FIRST, Channel::Sms)].concat()
}

#[test]
fn a_number_is_the_second_factor_once_it_is_verified() {
    given(hours(1), vec![registered()])
        .when(request(1, FIRST, Channel::Call))
        .then_expect_events(vec![requested(1, FIRST, Channel::Call)]);
    let waiting = vec![registered(), requested(1, FIRST, Channel::Call)];
    assert_eq!(holder(waiting.clone()).phone, None);
    given(hours(1), waiting).when(verify(1)).then_expect_events(verified(FIRST, Channel::Call));
    let held = holder(with_phone());
    assert_eq!(held.phone, Some(Phone { number: number(FIRST), channel: Channel::Sms }));
    assert_eq!((held.phone_change, held.recovery_codes), (None, RECOVERY_CODES));
}

#[test]
fn only_the_code_that_was_sent_there_verifies_a_number() {
    given(hours(1), vec![registered()]).when(verify(1)).then_expect_error(Error::NoPhoneChange);
    let twice = vec![registered(), requested(1, FIRST, Channel::Sms), requested(2, SECOND, Channel::Sms)];
    given(hours(1), twice.clone()).when(verify(1)).then_expect_error(Error::NoPhoneChange);
    given(hours(1), twice).when(verify(2)).then_expect_events(verified(SECOND, Channel::Sms));
    given(hours(1), with_phone()).when(verify(1)).then_expect_error(Error::NoPhoneChange);
}

#[test]
fn a_number_holds_until_another_is_verified_which_brings_new_recovery_codes() {
    let mut history = with_phone();
    history.extend([Event::RecoveryCodeUsed { left: 9 }, requested(2, SECOND, Channel::Call)]);
    let waiting = holder(history.clone());
    assert_eq!((waiting.phone.unwrap().number, waiting.recovery_codes), (number(FIRST), 9));
    given(hours(2), history.clone()).when(verify(2)).then_expect_events(verified(SECOND, Channel::Call));
    let changed = holder([history, verified(SECOND, Channel::Call)].concat());
    assert_eq!((changed.phone.unwrap().number, changed.recovery_codes), (number(SECOND), RECOVERY_CODES));
}

#[test]
fn a_code_is_asked_for_each_time() {
    let (challenge_id, channel) = (challenge(3), Channel::Sms);
    given(hours(1), with_phone())
        .when(Command::RecordSecondFactorAsked { challenge_id, channel })
        .then_expect_events(vec![Event::SecondFactorAsked { challenge_id, channel }]);
}

#[test]
fn without_the_phone_there_is_no_second_factor_and_no_recovery_code() {
    let remove = Command::RemovePhone;
    given(hours(1), with_phone())
        .when(remove.clone())
        .then_expect_events(vec![Event::PhoneRemoved { others_left: false }]);
    let removed = [with_phone(), vec![Event::PhoneRemoved { others_left: false }]].concat();
    assert_eq!(holder(removed.clone()), holder(vec![registered()]));
    let waiting = vec![registered(), requested(1, FIRST, Channel::Sms)];
    for none in [vec![registered()], removed, waiting] {
        for command in [
            remove.clone(),
            Command::IssueRecoveryCodes { count: RECOVERY_CODES },
            Command::RecordRecoveryCodeUsed,
        ] {
            given(hours(1), none.clone()).when(command).then_expect_error(Error::NoSecondFactor);
        }
    }
}

/// The removal of the phone ends what was begun with it too.
#[test]
fn a_number_that_waited_when_the_phone_was_removed_is_not_verified_any_more() {
    let removed =
        [with_phone(), vec![requested(2, SECOND, Channel::Sms), Event::PhoneRemoved { others_left: false }]]
            .concat();
    given(hours(1), removed).when(verify(2)).then_expect_error(Error::NoPhoneChange);
}

#[test]
fn recovery_codes_are_used_up_one_by_one_and_made_anew() {
    let used = |left| Event::RecoveryCodeUsed { left };
    given(hours(1), with_phone()).when(Command::RecordRecoveryCodeUsed).then_expect_events(vec![used(9)]);
    let few = [with_phone(), vec![used(1)]].concat();
    given(hours(1), few.clone()).when(Command::RecordRecoveryCodeUsed).then_expect_events(vec![used(0)]);
    let none = [few.clone(), vec![used(0)]].concat();
    given(hours(1), none.clone()).when(Command::RecordRecoveryCodeUsed).then_expect_events(vec![used(0)]);
    for history in [few, none] {
        let issued = Event::RecoveryCodesIssued { count: 8 };
        given(hours(1), history.clone())
            .when(Command::IssueRecoveryCodes { count: 8 })
            .then_expect_events(vec![issued.clone()]);
        assert_eq!(holder([history, vec![issued]].concat()).recovery_codes, 8);
    }
}

#[test]
fn a_second_factor_is_taken_back_as_far_as_its_mail_told() {
    for (factor, phone_stays) in [(SecondFactor::Phone, false), (SecondFactor::RecoveryCodes, true)] {
        let undone = Event::SecondFactorUndone { factor };
        let undo = Command::UndoSecondFactor { factor };
        given(hours(1), with_phone()).when(undo.clone()).then_expect_events(vec![undone.clone()]);
        let holder = fold([with_phone(), vec![undone]].concat()).holder.unwrap();
        assert_eq!((holder.phone.is_some(), holder.recovery_codes), (phone_stays, 0));
        given(hours(1), vec![registered()]).when(undo).then_expect_error(Error::NoSecondFactor);
    }
}
