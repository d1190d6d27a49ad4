//! What the data sources report, how often they are asked, and in which order.

use super::*;

fn progress(records: u64) -> Command {
    Command::RecordProgress { source: name("usage"), records }
}

#[test]
fn a_source_reports_progress_and_the_same_number_twice_is_no_news() {
    let progressed = Event::SourceProgressed { source: name("usage"), records: 7 };
    given(hours(1), started(Kind::Export)).when(progress(7)).then_expect_events(vec![progressed.clone()]);
    let known = [started(Kind::Export), vec![progressed]].concat();
    given(hours(1), known.clone()).when(progress(7)).then_expect_events(vec![]);
    assert_eq!(request(known).sources[&name("usage")].records, 7);
    // Once it has answered, late progress says nothing new.
    given(hours(2), collected()).when(progress(8)).then_expect_events(vec![]);
}

#[test]
fn an_answer_is_recorded_with_what_was_handed_over() {
    given(hours(1), started(Kind::Export))
        .when(record_exported("usage"))
        .then_expect_events(vec![exported("usage", hours(1))]);
    let request = request([started(Kind::Export), vec![exported("usage", hours(1))]].concat());
    let usage = &request.sources[&name("usage")];
    assert!(usage.done && !request.all_sources_done());
    assert_eq!((usage.records, usage.files.clone()), (3, vec![file("usage")]));
    assert_eq!(request.collected_under, vec![key_of("usage")]);
    assert_eq!(request.files().collect::<Vec<_>>(), vec![(&name("usage"), &file("usage"))]);
    assert_eq!(request.moved_at, hours(1));
}

#[test]
fn an_erasure_is_recorded_by_count() {
    given(hours(25), started(Kind::Erasure))
        .when(record_erased("usage"))
        .then_expect_events(vec![erased("usage", hours(25))]);
    let request = request([started(Kind::Erasure), vec![erased("usage", hours(25))]].concat());
    let usage = &request.sources[&name("usage")];
    assert!(usage.done);
    assert_eq!((usage.records, usage.counts.clone()), (3, [("rows".to_owned(), 3)].into()));
    assert_eq!(request.moved_at, hours(25), "the next stage is due from here");
}

#[test]
fn a_repeated_answer_changes_nothing_in_any_later_state() {
    let running = [started(Kind::Export), vec![exported("usage", hours(1))]].concat();
    let ended = Event::ArchiveEnded { reason: ArchiveEnd::Disabled, at: hours(3) };
    let expired = [archived(), vec![ended]].concat();
    for history in [running, collected(), archived(), expired] {
        given(hours(4), history.clone()).when(record_exported("usage")).then_expect_events(vec![]);
        given(hours(4), history).when(fails("usage")).then_expect_events(vec![]);
    }
    let erasure = [started(Kind::Erasure), vec![erased("usage", hours(25))]].concat();
    given(hours(26), erasure).when(record_erased("usage")).then_expect_events(vec![]);
}

#[test]
fn after_a_cancellation_every_report_is_refused() {
    let history = [started(Kind::Export), vec![cancelled(Kind::Export, hours(1))]].concat();
    for report in [record_exported("usage"), fails("usage"), progress(1)] {
        given(hours(2), history.clone()).when(report).then_expect_error(Error::WrongState(State::Cancelled));
    }
}

#[test]
fn before_the_start_every_report_is_refused() {
    for report in [record_erased("usage"), fails("usage"), progress(1)] {
        given(hours(2), vec![received(Kind::Erasure)])
            .when(report)
            .then_expect_error(Error::WrongState(State::CoolingOff));
    }
}

#[test]
fn an_export_erases_nothing_and_an_erasure_exports_nothing() {
    given(hours(25), started(Kind::Export))
        .when(record_erased("usage"))
        .then_expect_error(Error::UnknownSource);
    given(hours(25), started(Kind::Erasure))
        .when(record_exported("usage"))
        .then_expect_error(Error::UnknownSource);
}

#[test]
fn a_source_the_request_does_not_have_is_refused() {
    let unknown = Command::RecordProgress { source: name("crm"), records: 1 };
    for report in [record_exported("crm"), record_erased("crm"), fails("crm"), unknown] {
        given(hours(1), started(Kind::Export)).when(report).then_expect_error(Error::UnknownSource);
    }
}

#[test]
fn a_failing_source_is_left_alone_for_15_seconds_doubling_to_an_hour() {
    let mut history = started(Kind::Export);
    let mut now = hours(1);
    let delays = [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600];
    for (attempts, seconds) in (1..).zip(delays) {
        let retry_at = now + Duration::seconds(seconds);
        let event = failed("usage", attempts, retry_at);
        given(now, history.clone()).when(fails("usage")).then_expect_events(vec![event.clone()]);
        history.push(event);
        let request = request(history.clone());
        assert_eq!(request.sources[&name("usage")].attempts, attempts);
        let collect = Intent::Collect(name("usage"));
        assert!(!plan(&request, retry_at - Duration::milliseconds(1)).contains(&collect));
        assert!(plan(&request, retry_at).contains(&collect));
        now = retry_at;
    }
}

#[test]
fn a_failure_reported_twice_counts_once() {
    let retry_at = hours(1) + Duration::seconds(15);
    let history = [started(Kind::Export), vec![failed("usage", 1, retry_at)]].concat();
    given(hours(1), history.clone()).when(fails("usage")).then_expect_events(vec![]);
    let next = failed("usage", 2, retry_at + Duration::seconds(30));
    given(retry_at, history).when(fails("usage")).then_expect_events(vec![next]);
}

#[test]
fn the_wait_stays_an_hour_however_often_it_failed() {
    let history = [started(Kind::Export), vec![failed("usage", u32::MAX, hours(2))]].concat();
    given(hours(2), history).when(fails("usage")).then_expect_events(vec![failed(
        "usage",
        u32::MAX,
        hours(3),
    )]);
}

#[test]
fn a_source_that_stays_down_holds_only_its_own_part() {
    let down = [started(Kind::Export), vec![failed("usage", 1, hours(1))]].concat();
    let request = request([down.clone(), notified(&[Notice::Received])].concat());
    assert_eq!(plan(&request, hours(0)), vec![Intent::Collect(name("account"))]);
    given(hours(0), down)
        .when(record_exported("account"))
        .then_expect_events(vec![exported("account", hours(0))]);
}

#[test]
fn the_stages_of_an_erasure_are_taken_one_after_the_other() {
    let mut history = [started(Kind::Erasure), notified(&[Notice::Received])].concat();
    let erase = |source| Intent::Erase(name(source));
    let due = |history: &[Event]| plan(&request(history.to_vec()), hours(30));
    assert_eq!(due(&history), vec![erase("archives"), erase("usage")]);
    history.push(erased("usage", hours(25)));
    assert_eq!(due(&history), vec![erase("archives")], "the account waits for all of the first stage");
    history.push(erased("archives", hours(26)));
    assert_eq!(due(&history), vec![erase("account")]);
    history.push(erased("account", hours(27)));
    let read = ["account", "archives", "usage"].map(|source| verified(source, 0, hours(27)));
    history.extend(read);
    assert_eq!(due(&history), vec![Intent::Complete]);
    given(hours(28), history.clone())
        .when(Command::Complete)
        .then_expect_events(vec![completed(Kind::Erasure, hours(28))]);
    history.push(completed(Kind::Erasure, hours(28)));
    given(hours(29), history.clone()).when(Command::Complete).then_expect_events(vec![]);
    given(hours(29), history).when(record_erased("usage")).then_expect_events(vec![]);
}

#[test]
fn a_report_from_a_stage_that_has_not_begun_is_refused() {
    let history = [started(Kind::Erasure), vec![erased("usage", hours(25))]].concat();
    let progress = Command::RecordProgress { source: name("account"), records: 1 };
    for report in [record_erased("account"), fails("account"), progress] {
        given(hours(26), history.clone()).when(report).then_expect_error(Error::WrongState(State::Running));
    }
}

#[test]
fn an_erasure_is_not_complete_until_every_source_has_answered() {
    let mut history = started(Kind::Erasure);
    for source in ["usage", "archives"] {
        history.push(erased(source, hours(25)));
        given(hours(26), history.clone())
            .when(Command::Complete)
            .then_expect_error(Error::WrongState(State::Running));
    }
}

#[test]
fn an_export_is_never_completed_without_its_archive() {
    for (history, state) in [(started(Kind::Export), State::Running), (collected(), State::Packaging)] {
        given(hours(2), history).when(Command::Complete).then_expect_error(Error::WrongState(state));
    }
}

#[test]
fn a_source_named_in_two_stages_is_asked_once() {
    let stages = vec![vec![name("usage")], vec![], vec![name("usage"), name("account")]];
    let received = received_with(Kind::Export, stages);
    let history = vec![received, Event::Started { at: hours(0) }, exported("usage", hours(1))];
    let history = [history, notified(&[Notice::Received])].concat();
    assert_eq!(plan(&request(history), hours(1)), vec![Intent::Collect(name("account"))]);
}
