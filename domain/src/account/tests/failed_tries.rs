use super::*;
use crate::sentence::Sentence;

#[test]
fn failed_tries_are_recorded_and_change_nothing() {
    let before = given(hours(0), vec![registered()]);
    let failed = failed(FailedTryKind::Code);
    before
        .when(Command::RecordFailedTries { failed })
        .then_expect_events(vec![Event::FailedTriesNoted { failed }]);
    assert_eq!(fold(vec![registered(), Event::FailedTriesNoted { failed }]), fold(vec![registered()]));
}

#[test]
fn they_are_told_in_words() {
    let told = |kind, tries, networks| {
        let failed = FailedTries { tries, networks, ..failed(kind) };
        Event::FailedTriesNoted { failed }.sentence()
    };
    let when = "between 10 March 2026 at 12:00:00 UTC and 10 March 2026 at 13:00:00 UTC";
    let of = |what: &str| format!("{what}, {when}");
    assert_eq!(
        told(FailedTryKind::Password, 12, 3),
        of("A wrong password was tried 12 times, from 3 networks")
    );
    assert_eq!(
        told(FailedTryKind::Code, 1, 1),
        of("After the right password a wrong code was given 1 time, from 1 network")
    );
    let refused = of("What is not the account's own was asked for and refused 7 times, from 2 networks");
    assert_eq!(told(FailedTryKind::Access, 7, 2), refused);
}
