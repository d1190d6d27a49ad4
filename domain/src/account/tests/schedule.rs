//! What time alone brings about, and when.

use super::deletion::{FAREWELL, erased, over};
use super::email_change::{moved, released, undone};
use super::gdpr_token::{ended, issued, with_token};
use super::*;

fn tell(number: u128, notice: AccountNotice, expires_at: DateTime<Utc>) -> AccountTask {
    AccountTask::TellOfTokenEnd { credential_id: credential(number), notice, expires_at }
}

const IN_30: AccountNotice = AccountNotice::GdprTokenExpiresIn30Days;
const IN_7: AccountNotice = AccountNotice::GdprTokenExpiresIn7Days;

#[test]
fn an_account_that_only_stands_there_has_nothing_to_do() {
    assert_eq!(schedule(&Account::default()), vec![]);
    assert_eq!(schedule(&fold(vec![registered()])), vec![]);
}

#[test]
fn former_addresses_are_given_up_in_their_order() {
    let week = |number: i64| hours(number) + UNDO_LIFE;
    let first = (week(1), AccountTask::ReleaseFormerEmail(change(1)));
    let second = (week(2), AccountTask::ReleaseFormerEmail(change(2)));
    let twice = moved(&[KING, COUNTESS]);
    assert_eq!(schedule(&fold(twice.clone())), vec![first.clone(), second.clone()]);
    let given_up = [twice.clone(), vec![released(1, Some(ADA))]].concat();
    assert_eq!(schedule(&fold(given_up)), vec![second]);
    let half_back = [twice.clone(), vec![undone(&[2], KING, &[COUNTESS])]].concat();
    assert_eq!(schedule(&fold(half_back)), vec![first]);
    let back = [twice, vec![undone(&[1, 2], ADA, &[KING, COUNTESS])]].concat();
    assert_eq!(schedule(&fold(back)), vec![]);
}

#[test]
fn a_token_is_told_of_twice_and_then_expires() {
    let told = |notice| notice_sent(notice, true);
    let tell_30 = (days(335), tell(1, IN_30, days(365)));
    let tell_7 = (days(358), tell(1, IN_7, days(365)));
    let expire = (days(365), AccountTask::ExpireToken(credential(1)));
    assert_eq!(schedule(&fold(with_token())), vec![tell_30, tell_7.clone(), expire.clone()]);
    let once = [with_token(), vec![told(IN_30)]].concat();
    assert_eq!(schedule(&fold(once.clone())), vec![tell_7, expire.clone()]);
    let twice = [once, vec![told(IN_7)]].concat();
    assert_eq!(schedule(&fold(twice.clone())), vec![expire]);
    assert_eq!(schedule(&fold([twice, vec![ended(1, TokenEnd::Expired)]].concat())), vec![]);
    assert_eq!(schedule(&fold([with_token(), vec![ended(1, TokenEnd::Revoked)]].concat())), vec![]);
}

#[test]
fn a_new_token_begins_its_own_year() {
    let told = notice_sent(IN_30, true);
    let replaced = fold([with_token(), vec![told, issued(2, days(340), Some(1))]].concat());
    let expires_at = days(340 + 365);
    let owed = vec![
        (days(340 + 335), tell(2, IN_30, expires_at)),
        (days(340 + 358), tell(2, IN_7, expires_at)),
        (expires_at, AccountTask::ExpireToken(credential(2))),
    ];
    assert_eq!(schedule(&replaced), owed);
}

#[test]
fn an_account_that_ended_is_erased_after_its_last_message_or_a_day() {
    let waiting = schedule(&fold(over()));
    assert_eq!(waiting, vec![(days(1) + ERASURE_PATIENCE, AccountTask::Erase)]);
    for farewell in [
        notice_sent(FAREWELL, true),
        Event::NoticeUndeliverable { message_id: message(1), notice: FAREWELL, awaited: true, reason: None },
    ] {
        let told = [over(), vec![farewell]].concat();
        assert_eq!(schedule(&fold(told.clone())), vec![(days(1), AccountTask::Erase)]);
        assert_eq!(schedule(&fold([told, vec![erased()]].concat())), vec![]);
    }
    assert_eq!(schedule(&fold([over(), vec![erased()]].concat())), vec![]);
}
