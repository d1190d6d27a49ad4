//! Sources are read again after an erasure: at once, and at the times that were promised.

use super::*;

fn verify(source: &str, reading: u32) -> Intent {
    Intent::Verify { source: name(source), reading }
}

fn record_verified(source: &str, reading: u32) -> Command {
    Command::RecordVerified { source: name(source), reading }
}

fn found(source: &str, reading: u32, at: DateTime<Utc>, pause: Duration) -> Event {
    let counts = [("rows".to_owned(), 2)].into();
    Event::SourceFoundAgain { source: name(source), reading, counts, retry_at: at + pause, at }
}

/// What is due at an instant, notices aside.
fn due(history: &[Event], now: DateTime<Utc>) -> Vec<Intent> {
    let due = plan(&request(history.to_vec()), now);
    due.into_iter().filter(|intent| !matches!(intent, Intent::Notify(_))).collect()
}

const FIFTEEN: Duration = Duration::seconds(15);

#[test]
fn once_all_have_erased_each_source_is_read_and_then_the_request_is_completed() {
    let mut history = all_erased();
    assert_eq!(request(history.clone()).state, State::Verifying);
    let first = [verify("account", 0), verify("archives", 0), verify("usage", 0)];
    assert_eq!(due(&history, hours(27)), first);
    let unread = Error::WrongState(State::Verifying);
    given(hours(28), history.clone()).when(Command::Complete).then_expect_error(unread);
    for source in ["account", "archives"] {
        history.push(verified(source, 0, hours(27)));
        given(hours(28), history.clone()).when(Command::Complete).then_expect_error(unread);
    }
    assert_eq!(due(&history, hours(27)), [verify("usage", 0)]);
    given(hours(27), history.clone()).when(record_verified("usage", 0)).then_expect_events(vec![verified(
        "usage",
        0,
        hours(27),
    )]);
    history.push(verified("usage", 0, hours(27)));
    assert_eq!(due(&history, hours(27)), [Intent::Complete]);
}

#[test]
fn what_is_found_again_is_erased_again_and_so_are_the_copies_and_then_they_are_read_again() {
    let mut history = all_erased();
    history.extend(["account", "archives"].map(|source| verified(source, 0, hours(27))));
    let at = hours(28);
    // "account" is the last stage here: it stands for the copies of what the others hold.
    let usage = found("usage", 0, at, FIFTEEN);
    given(at, history.clone()).when(found_again("usage", 0)).then_expect_events(vec![usage.clone()]);
    history.push(usage);
    assert_eq!(due(&history, at), [], "not before the pause is over");
    assert_eq!(due(&history, at + FIFTEEN), [Intent::Erase(name("usage"))]);
    given(hours(29), history.clone())
        .when(record_verified("usage", 0))
        .then_expect_error(Error::WrongState(State::Verifying));
    history.push(erased("usage", hours(29)));
    assert_eq!(due(&history, hours(29)), [Intent::Erase(name("account")), verify("usage", 0)]);
    history.push(erased("account", hours(30)));
    assert_eq!(due(&history, hours(30)), [verify("account", 0), verify("usage", 0)]);
    history.extend(["account", "usage"].map(|source| verified(source, 0, hours(30))));
    assert_eq!(due(&history, hours(30)), [Intent::Complete]);
    let request = request(history);
    let usage = &request.sources[&name("usage")];
    assert_eq!((usage.found_again, usage.readings), (1, 1));
    assert_eq!(usage.erased_at, Some(hours(26)), "a reading looks for what was there at the first erasure");
}

#[test]
fn a_source_that_says_it_erased_and_did_not_is_asked_with_growing_pauses_and_never_done() {
    let mut history = all_erased();
    let mut now = hours(28);
    for seconds in [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600] {
        let pause = Duration::seconds(seconds);
        let again = found("usage", 0, now, pause);
        given(now, history.clone()).when(found_again("usage", 0)).then_expect_events(vec![again.clone()]);
        history.push(again);
        now += pause;
        history.extend([erased("usage", now), erased("account", now)]);
        given(now, history.clone())
            .when(Command::Complete)
            .then_expect_error(Error::WrongState(State::Verifying));
    }
    assert_eq!(request(history).sources[&name("usage")].found_again, 10);
}

#[test]
fn a_reading_that_fails_is_tried_again_and_holds_up_no_other() {
    let mut history = all_erased();
    let at = hours(28);
    let away = failed("usage", 1, at + FIFTEEN);
    given(at, history.clone()).when(fails("usage")).then_expect_events(vec![away.clone()]);
    history.push(away);
    assert_eq!(due(&history, at), [verify("account", 0), verify("archives", 0)]);
    given(at, history.clone())
        .when(record_verified("usage", 0))
        .then_expect_error(Error::WrongState(State::Verifying));
    assert!(due(&history, at + FIFTEEN).contains(&verify("usage", 0)));
}

#[test]
fn after_completion_each_source_is_read_a_day_and_a_week_later() {
    let mut history = erasure_completed();
    assert_eq!(due(&history, hours(28 + 24) - FIFTEEN), []);
    let second = ["account", "archives", "usage"].map(|source| verify(source, 1));
    assert_eq!(due(&history, hours(28 + 24)), second);
    given(hours(40), history.clone())
        .when(record_verified("usage", 1))
        .then_expect_error(Error::WrongState(State::Completed));
    history.extend(["account", "archives", "usage"].map(|source| verified(source, 1, hours(53))));
    let request = |history: &[Event]| request(history.to_vec());
    let told = notified(&[Notice::Received, Notice::Erased]);
    let next = next_at(&request(&[history.clone(), told.clone()].concat()));
    assert_eq!(next, Some(hours(28) + Duration::days(7)));
    history.extend(["account", "archives", "usage"].map(|source| verified(source, 2, days(9))));
    assert_eq!(next_at(&request(&[history, told].concat())), None);
}

#[test]
fn a_later_reading_that_finds_something_opens_that_part_again_and_the_request_stays_completed() {
    let mut history = erasure_completed();
    let at = hours(28 + 24);
    let again = found("usage", 1, at, FIFTEEN);
    given(at, history.clone()).when(found_again("usage", 1)).then_expect_events(vec![again.clone()]);
    history.push(again);
    let open = request(history.clone());
    assert_eq!((open.state, open.closed_at), (State::Completed, Some(hours(28))));
    assert!(open.is_reopened());
    let (state, _, retry_at) = open.source_at(&name("usage"), at).unwrap();
    assert_eq!((state, retry_at), (SourceState::WaitingToRetry, Some(at + FIFTEEN)));
    assert_eq!(due(&history, at + FIFTEEN), [Intent::Erase(name("usage")), verify("archives", 1)]);
    let later = at + FIFTEEN;
    history.extend([erased("usage", later), erased("account", later)]);
    assert!(!request(history.clone()).is_reopened());
    assert_eq!(due(&history, later), ["account", "archives", "usage"].map(|source| verify(source, 1)));
}

#[test]
fn a_reading_told_twice_is_no_news_and_one_out_of_turn_is_refused() {
    let history = erasure_completed();
    given(hours(29), history.clone()).when(record_verified("usage", 0)).then_expect_events(vec![]);
    given(hours(29), history.clone()).when(found_again("usage", 0)).then_expect_events(vec![]);
    given(hours(60), history.clone())
        .when(record_verified("usage", 2))
        .then_expect_error(Error::WrongState(State::Completed));
    given(hours(60), history).when(record_verified("crm", 1)).then_expect_error(Error::UnknownSource);
    given(hours(60), archived())
        .when(record_verified("usage", 0))
        .then_expect_error(Error::WrongState(State::Completed));
}

#[test]
fn where_a_source_stands_is_told_by_one_word() {
    let at = |history: Vec<Event>, source: &str| {
        let request = request(history);
        request.source_at(&name(source), hours(27)).unwrap().0
    };
    assert_eq!(at(all_erased(), "usage"), SourceState::Erased);
    assert_eq!(
        at([all_erased(), vec![verified("usage", 0, hours(27))]].concat(), "usage"),
        SourceState::Done
    );
    assert_eq!(at(erasure_completed(), "usage"), SourceState::Done);
    // Completed by an earlier release, which read nothing again.
    let old = [all_erased(), vec![completed(Kind::Erasure, hours(28))]].concat();
    assert_eq!(at(old, "usage"), SourceState::Done);
}

#[test]
fn an_erasure_that_an_earlier_release_received_is_read_again_once() {
    let mut stored = serde_json::to_value(received(Kind::Erasure)).unwrap();
    assert!(stored.as_object_mut().unwrap().remove("later_readings").is_some());
    let mut history = all_erased();
    history[0] = serde_json::from_value(stored).unwrap();
    history.extend(["account", "archives", "usage"].map(|source| verified(source, 0, hours(27))));
    history.push(completed(Kind::Erasure, hours(28)));
    assert_eq!(due(&history, days(400)), []);
}
