//! New credentials, those they replace, and the time in which both work.

use super::*;
use crate::{TimerChange, Timers};

/// Credentials are reset in the first hour, from `previous` to the ones after it.
pub(super) fn was_reset(previous: u128, keep_hours: i64) -> Event {
    Event::CredentialsReset {
        credential_id: credential(previous + 1),
        fingerprint: fingerprint(previous + 1),
        previous: Some(credential(previous)),
        previous_ends_at: (keep_hours > 0).then(|| hours(keep_hours)),
    }
}

fn ended(number: u128, reason: PreviousEnd, ended_at: DateTime<Utc>) -> Event {
    Event::PreviousCredentialsEnded { credential_id: credential(number), reason, ended_at }
}

fn revoked(number: u128) -> Event {
    Event::CredentialsRevoked { credential_id: credential(number) }
}

fn at(now: DateTime<Utc>, events: &[Event], by: MemberActor, action: Action) -> Result<Vec<Event>, Error> {
    given(now, events).when(Command { by, action }).inspect_result()
}

/// Credentials 1 are kept alive beside 2 for a day.
fn overlapping() -> Vec<Event> {
    [begun(), vec![was_reset(1, 24)]].concat()
}

/// No credentials are left.
fn bare() -> Vec<Event> {
    [begun(), vec![revoked(1)]].concat()
}

/// The ids of the credentials that are alive: those that hold, and those before.
fn alive(events: &[Event]) -> (Option<CredentialId>, Option<CredentialId>) {
    let body = fold(events).body.unwrap();
    (body.credentials.map(|held| held.credential_id), body.previous.map(|held| held.credential_id))
}

#[test]
fn earlier_credentials_die_at_once_or_live_on_for_up_to_a_week() {
    for (keep, ends_at) in [(0, None), (1, Some(hours(1))), (168, Some(hours(168)))] {
        let events = asked(&begun(), owner(), reset(2, keep)).unwrap();
        assert_eq!(events, vec![was_reset(1, keep.into())]);
        let history = [begun(), events].concat();
        assert_eq!(fold(&history).next_at(), ends_at);
        assert_eq!(alive(&history), (Some(credential(2)), ends_at.map(|_| credential(1))));
    }
    assert_eq!(LONGEST_OVERLAP_HOURS, 168);
    for keep in [169, u32::MAX] {
        assert_eq!(asked(&begun(), owner(), reset(2, keep)), Err(Error::Overlap));
        assert_eq!(asked(&begun(), plain_member(), reset(2, keep)), Err(Error::Forbidden));
    }
}

#[test]
fn the_secret_is_shown_each_time_as_an_event() {
    let revealed = |number| Ok(vec![Event::CredentialsRevealed { credential_id: credential(number) }]);
    assert_eq!(asked(&begun(), owner(), Action::RevealSecret), revealed(1));
    assert_eq!(asked(&overlapping(), named(), Action::RevealSecret), revealed(2));
    assert_eq!(asked(&bare(), owner(), Action::RevealSecret), Err(Error::NoCredentials));
}

#[test]
fn a_further_reset_ends_the_overlap_before() {
    let answer = at(hours(5), &overlapping(), owner(), reset(3, 1));
    let again = Event::CredentialsReset {
        credential_id: credential(3),
        fingerprint: fingerprint(3),
        previous: Some(credential(2)),
        previous_ends_at: Some(hours(6)),
    };
    assert_eq!(answer, Ok(vec![ended(1, PreviousEnd::ResetAgain, hours(5)), again.clone()]));
    let history = [overlapping(), answer.unwrap()].concat();
    assert_eq!(alive(&history), (Some(credential(3)), Some(credential(2))));
    // Where its time was over and no event had said so, that is what ended it.
    let late = at(hours(30), &overlapping(), owner(), reset(3, 0)).unwrap();
    assert_eq!(late[0], ended(1, PreviousEnd::OverlapOver, hours(24)));
    assert_eq!(late.len(), 2);
    // A refused one ends nothing.
    assert_eq!(at(hours(5), &overlapping(), owner(), reset(3, 169)), Err(Error::Overlap));
}

#[test]
fn an_owner_retires_earlier_credentials_early() {
    let retire = |now, history: &[Event]| at(now, history, named(), Action::RetirePrevious);
    assert_eq!(retire(hours(5), &overlapping()), Ok(vec![ended(1, PreviousEnd::Retired, hours(5))]));
    // An owner who comes after their time was over has not ended them.
    for now in [hours(24), hours(99)] {
        let over = ended(1, PreviousEnd::OverlapOver, hours(24));
        assert_eq!(retire(now, &overlapping()), Ok(vec![over]));
    }
    let retired = [overlapping(), vec![ended(1, PreviousEnd::Retired, hours(5))]].concat();
    assert_eq!(alive(&retired), (Some(credential(2)), None));
    for none in [begun(), retired, [begun(), vec![was_reset(1, 0)]].concat()] {
        assert_eq!(retire(hours(6), &none), Err(Error::NoPrevious));
    }
}

#[test]
fn an_overlap_ends_when_its_time_is_over_and_once() {
    let end = |now, history: &[Event]| at(now, history, service(), Action::EndOverlap);
    assert_eq!(end(hours(24) - Duration::seconds(1), &overlapping()), Ok(vec![]));
    let over = ended(1, PreviousEnd::OverlapOver, hours(24));
    for now in [hours(24), hours(99)] {
        assert_eq!(end(now, &overlapping()), Ok(vec![over.clone()]));
    }
    let ended = [overlapping(), vec![over]].concat();
    assert_eq!(fold(&ended).next_at(), None);
    for none in [ended, begun(), bare()] {
        assert_eq!(end(hours(99), &none), Ok(vec![]));
    }
}

#[test]
fn credentials_are_revoked_one_by_one() {
    for by in [owner(), named(), operator()] {
        assert_eq!(asked(&begun(), by, revoke(1)), Ok(vec![revoked(1)]));
        for number in [1, 2] {
            assert_eq!(asked(&overlapping(), by, revoke(number)), Ok(vec![revoked(number)]));
        }
        assert_eq!(asked(&overlapping(), by, revoke(3)), Err(Error::NoCredentials));
        assert_eq!(asked(&bare(), by, revoke(1)), Err(Error::NoCredentials));
        let replaced = [begun(), vec![was_reset(1, 0)]].concat();
        assert_eq!(asked(&replaced, by, revoke(1)), Err(Error::NoCredentials));
    }
    let without = |number| alive(&[overlapping(), vec![revoked(number)]].concat());
    assert_eq!(without(1), (Some(credential(2)), None));
    assert_eq!(without(2), (None, Some(credential(1))));
}

#[test]
fn who_has_no_credentials_gets_new_ones_and_keeps_none() {
    let first = Event::CredentialsReset {
        credential_id: credential(2),
        fingerprint: fingerprint(2),
        previous: None,
        previous_ends_at: None,
    };
    assert_eq!(asked(&bare(), owner(), reset(2, 24)), Ok(vec![first.clone()]));
    assert_eq!(alive(&[bare(), vec![first]].concat()), (Some(credential(2)), None));
    // Those kept alive from before die all the same.
    let previous_left = [overlapping(), vec![revoked(2)]].concat();
    let answer = at(hours(5), &previous_left, owner(), reset(3, 24)).unwrap();
    assert_eq!(answer[0], ended(1, PreviousEnd::ResetAgain, hours(5)));
    assert_eq!(alive(&[previous_left, answer].concat()), (Some(credential(3)), None));
}

#[test]
fn an_overlap_has_a_timer_that_only_its_own_end_clears() {
    let name = |number| credential(number).to_string();
    assert_eq!(was_reset(1, 24).timers(), vec![TimerChange::Set { name: name(1), at: hours(24) }]);
    assert_eq!(was_reset(1, 0).timers(), vec![]);
    let clear = |number| vec![TimerChange::Clear { name: name(number) }];
    assert_eq!(ended(1, PreviousEnd::Retired, hours(5)).timers(), clear(1));
    assert_eq!(revoked(1).timers(), clear(1));
    assert_eq!(revoked(2).timers(), clear(2), "that is another's timer");
    assert_eq!(created().timers(), vec![]);
}
