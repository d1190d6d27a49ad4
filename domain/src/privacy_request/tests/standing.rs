//! How a request stands to its due date.

use super::*;

/// The last second of 10 April is due.
#[test]
fn the_days_left_are_whole_and_fall_below_zero_once_it_is_late() {
    let request = request(vec![received(Kind::Export)]);
    for (now, left, at_risk) in [
        ("2026-03-10T12:00:00Z", 31, false),
        ("2026-04-03T23:59:58Z", 7, false),
        ("2026-04-03T23:59:59Z", 7, true),
        ("2026-04-10T00:00:00Z", 0, true),
        ("2026-04-10T23:59:59Z", 0, true),
        ("2026-04-11T00:00:00Z", -1, true),
        ("2026-04-12T12:00:00Z", -2, true),
    ] {
        assert_eq!(request.days_left(instant(now)), Some(left), "{now}");
        assert_eq!(request.is_at_risk(instant(now)), at_risk, "{now}");
    }
}

#[test]
fn a_closed_request_has_no_days_left_and_is_not_at_risk() {
    let open = vec![received(Kind::Erasure)];
    assert_eq!(request(open.clone()).completed_at(), None);
    for (closing, completed_at) in
        [(completed(Kind::Erasure, hours(30)), Some(hours(30))), (cancelled(Kind::Erasure, hours(1)), None)]
    {
        let request = request([open.clone(), vec![closing]].concat());
        assert_eq!((request.days_left(days(40)), request.is_at_risk(days(40))), (None, false));
        assert_eq!(request.completed_at(), completed_at);
    }
}

#[test]
fn an_expired_archive_leaves_the_request_completed() {
    let closed = vec![
        received(Kind::Export),
        completed(Kind::Export, hours(5)),
        Event::ArchiveEnded { reason: ArchiveEnd::Expired, at: days(8) },
    ];
    assert_eq!(request(closed).completed_at(), Some(hours(5)));
}

#[test]
fn a_state_is_open_or_closed() {
    assert!(State::OPEN.iter().all(|state| !state.is_closed()));
    assert!(State::CLOSED.iter().all(|state| state.is_closed()));
}
