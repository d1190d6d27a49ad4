//! The token for the GDPR APIs, and what its holder is told of its end.

use super::*;

pub(super) fn issue(number: u128) -> Command {
    Command::IssueGdprToken { credential_id: credential(number), fingerprint: "…x7Kd".to_owned() }
}

pub(super) fn issued(number: u128, at: DateTime<Utc>, replaces: Option<u128>) -> Event {
    Event::GdprTokenIssued {
        credential_id: credential(number),
        fingerprint: "…x7Kd".to_owned(),
        expires_at: at + Duration::days(365),
        replaces: replaces.map(credential),
    }
}

fn end(number: u128, reason: TokenEnd) -> Command {
    Command::EndGdprToken { credential_id: credential(number), reason }
}

pub(super) fn ended(number: u128, reason: TokenEnd) -> Event {
    Event::GdprTokenEnded { credential_id: credential(number), reason }
}

/// With token 1, made on the first day.
pub(super) fn with_token() -> Vec<Event> {
    vec![registered(), issued(1, days(0), None)]
}

const IN_30: AccountNotice = AccountNotice::GdprTokenExpiresIn30Days;
const IN_7: AccountNotice = AccountNotice::GdprTokenExpiresIn7Days;

#[test]
fn a_token_holds_for_a_year_and_takes_the_place_of_an_older_one() {
    given(days(0), vec![registered()]).when(issue(1)).then_expect_events(vec![issued(1, days(0), None)]);
    let second = issued(2, days(9), Some(1));
    given(days(9), with_token()).when(issue(2)).then_expect_events(vec![second.clone()]);
    let token = holder([with_token(), vec![second]].concat()).gdpr_token.unwrap();
    assert_eq!((token.credential_id, token.expires_at), (credential(2), days(9 + 365)));
}

#[test]
fn a_token_is_revoked_once() {
    let revoked = ended(1, TokenEnd::Revoked);
    given(days(1), with_token()).when(end(1, TokenEnd::Revoked)).then_expect_events(vec![revoked.clone()]);
    let over = [with_token(), vec![revoked]].concat();
    assert_eq!(holder(over.clone()).gdpr_token, None);
    for history in [over, vec![registered()]] {
        given(days(1), history).when(end(1, TokenEnd::Revoked)).then_expect_error(Error::NoGdprToken);
    }
    // A token that was replaced has ended with that.
    let replaced = [with_token(), vec![issued(2, days(9), Some(1))]].concat();
    for reason in [TokenEnd::Revoked, TokenEnd::Expired] {
        given(days(400), replaced.clone()).when(end(1, reason)).then_expect_error(Error::NoGdprToken);
    }
}

#[test]
fn a_token_expires_when_its_year_is_over_and_not_before() {
    let expire = || end(1, TokenEnd::Expired);
    let before = days(365) - Duration::seconds(1);
    given(before, with_token()).when(expire()).then_expect_events(vec![]);
    let expired = ended(1, TokenEnd::Expired);
    given(days(365), with_token()).when(expire()).then_expect_events(vec![expired.clone()]);
    given(days(500), with_token()).when(expire()).then_expect_events(vec![expired.clone()]);
    given(days(365), [with_token(), vec![expired]].concat())
        .when(expire())
        .then_expect_error(Error::NoGdprToken);
    // It can be revoked also when its time is over and no worker has noticed yet.
    given(days(366), with_token())
        .when(end(1, TokenEnd::Revoked))
        .then_expect_events(vec![ended(1, TokenEnd::Revoked)]);
}

#[test]
fn a_notice_that_was_due_is_what_the_agenda_waited_for_and_only_once() {
    given(days(335), with_token())
        .when(record_notice(IN_30))
        .then_expect_events(vec![notice_sent(IN_30, true)]);
    let told = [with_token(), vec![notice_sent(IN_30, true)]].concat();
    assert_eq!(holder(told.clone()).gdpr_token.unwrap().notices, [IN_30].into());
    given(days(336), told.clone())
        .when(record_notice(IN_30))
        .then_expect_events(vec![notice_sent(IN_30, false)]);
    given(days(358), told).when(record_notice(IN_7)).then_expect_events(vec![notice_sent(IN_7, true)]);
}

#[test]
fn a_notice_that_cannot_be_delivered_is_no_longer_waited_for() {
    let undeliverable = Event::NoticeUndeliverable {
        message_id: message(1),
        notice: IN_7,
        awaited: true,
        reason: Some(Undeliverable::Refused),
    };
    given(days(358), with_token()).when(refused(IN_7)).then_expect_events(vec![undeliverable.clone()]);
    let told = [with_token(), vec![undeliverable]].concat();
    assert_eq!(holder(told).gdpr_token.unwrap().notices, [IN_7].into());
}

#[test]
fn clocks_may_lie_apart_a_little() {
    let early = |now| given(now, with_token()).when(record_notice(IN_30));
    early(days(334)).then_expect_events(vec![notice_sent(IN_30, true)]);
    early(days(334) - Duration::seconds(1)).then_expect_events(vec![notice_sent(IN_30, false)]);
}

/// A message waits for a mail server, and meanwhile there is another token: what it tells is not of that one.
#[test]
fn a_notice_of_an_older_token_does_not_count_for_a_newer_one() {
    let late = [with_token(), vec![issued(2, days(336), Some(1))]].concat();
    let sent = notice_sent(IN_30, false);
    given(days(336), late.clone()).when(record_notice(IN_30)).then_expect_events(vec![sent.clone()]);
    assert!(holder([late, vec![sent]].concat()).gdpr_token.unwrap().notices.is_empty());
    let gone = [with_token(), vec![ended(1, TokenEnd::Revoked)]].concat();
    given(days(336), gone).when(record_notice(IN_30)).then_expect_events(vec![notice_sent(IN_30, false)]);
}

#[test]
fn other_notices_are_waited_for_by_nobody() {
    let others = AccountNotice::ALL.iter().filter(|notice| ![IN_30, IN_7].contains(notice));
    for notice in others {
        given(days(364), with_token())
            .when(record_notice(*notice))
            .then_expect_events(vec![notice_sent(*notice, false)]);
    }
}
