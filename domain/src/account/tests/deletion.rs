//! The end of an account, and what is left to do after it.

use super::email_change::{moved, released};
use super::memberships::{joined, left};
use super::*;

pub(super) fn deleted(at: DateTime<Utc>, released: &[&str]) -> Event {
    Event::Deleted {
        account_id: account_id(),
        deleted_at: at,
        released: released.iter().map(|text| email(text)).collect(),
    }
}

pub(super) fn erased() -> Event {
    Event::PersonalDataErased { destroyed_keys: vec!["f00d".to_owned()] }
}

/// Deleted on the first day.
pub(super) fn over() -> Vec<Event> {
    vec![registered(), deleted(days(1), &[ADA])]
}

pub(super) const FAREWELL: AccountNotice = AccountNotice::AccountDeleted;

#[test]
fn an_account_ends_and_gives_up_all_its_addresses() {
    given(days(1), vec![registered()])
        .when(Command::Delete)
        .then_expect_events(vec![deleted(days(1), &[ADA])]);
    given(days(1), moved(&[KING, COUNTESS]))
        .when(Command::Delete)
        .then_expect_events(vec![deleted(days(1), &[COUNTESS, ADA, KING])]);
    let ended =
        Ended { account_id: account_id(), deleted_at: days(1), last_notice_done: false, erased: false };
    assert_eq!(fold(over()), Account { holder: None, ended: Some(ended) });
}

#[test]
fn an_address_is_given_up_once_however_often_it_held() {
    given(days(1), moved(&[KING, "ada@example.com", KING]))
        .when(Command::Delete)
        .then_expect_events(vec![deleted(days(1), &[KING, ADA])]);
    let again = [moved(&[KING, ADA]), vec![released(1, None)]].concat();
    given(days(8), again).when(Command::Delete).then_expect_events(vec![deleted(days(8), &[ADA, KING])]);
}

#[test]
fn an_account_that_is_still_a_member_does_not_end() {
    let member = vec![registered(), joined(1, 1)];
    given(days(1), member.clone()).when(Command::Delete).then_expect_error(Error::StillMember);
    given(days(1), [member, vec![left(1)]].concat())
        .when(Command::Delete)
        .then_expect_events(vec![deleted(days(1), &[ADA])]);
}

#[test]
fn after_its_end_an_account_accepts_nothing_from_its_holder() {
    for history in [over(), [over(), vec![erased()]].concat()] {
        for command in holders_commands() {
            given(days(2), history.clone()).when(command).then_expect_error(Error::Unknown);
        }
        given(days(2), history).when(register()).then_expect_error(Error::AlreadyRegistered);
    }
}

#[test]
fn whoever_runs_the_service_may_still_look() {
    for history in [over(), [over(), vec![erased()]].concat()] {
        given(days(2), history).when(look()).then_expect_events(vec![looked()]);
    }
}

#[test]
fn the_last_message_is_waited_for_once() {
    let sent = notice_sent(FAREWELL, true);
    given(days(1), over()).when(record_notice(FAREWELL)).then_expect_events(vec![sent.clone()]);
    let told = [over(), vec![sent]].concat();
    assert!(fold(told.clone()).ended.unwrap().last_notice_done);
    given(days(1), told.clone())
        .when(record_notice(FAREWELL))
        .then_expect_events(vec![notice_sent(FAREWELL, false)]);
    // No person could read it once all is erased, and it must not set the erasure going again.
    for erased in [[over(), vec![erased()]].concat(), [told, vec![erased()]].concat()] {
        given(days(3), erased).when(refused(FAREWELL)).then_expect_events(vec![Event::NoticeUndeliverable {
            message_id: message(1),
            notice: FAREWELL,
            awaited: false,
            reason: Some(Undeliverable::Refused),
        }]);
    }
}

#[test]
fn what_goes_out_late_is_recorded_and_is_no_farewell() {
    given(days(1), over())
        .when(record_notice(AccountNotice::PasswordChanged))
        .then_expect_events(vec![notice_sent(AccountNotice::PasswordChanged, false)]);
    let late = [over(), vec![notice_sent(AccountNotice::PasswordChanged, false)]].concat();
    assert_eq!(fold(late), fold(over()));
    given(days(1), vec![registered()])
        .when(record_notice(FAREWELL))
        .then_expect_events(vec![notice_sent(FAREWELL, false)]);
}

#[test]
fn what_was_personal_is_erased_once_and_only_after_the_end() {
    let erase = || Command::RecordErasure { destroyed_keys: vec!["f00d".to_owned()] };
    given(days(1), vec![registered()]).when(erase()).then_expect_error(Error::Unknown);
    given(days(2), over()).when(erase()).then_expect_events(vec![erased()]);
    let gone = [over(), vec![erased()]].concat();
    assert!(fold(gone.clone()).ended.unwrap().erased);
    given(days(3), gone).when(erase()).then_expect_events(vec![]);
}
