//! Which notices are owed and when, and what else the planner says over the life of a request.

use super::*;

fn record(notice: Notice) -> Command {
    Command::RecordNotice { notice, message_id: "<1@example.com>".to_owned() }
}

#[test]
fn a_notice_is_recorded_once() {
    given(hours(0), vec![received(Kind::Export)])
        .when(record(Notice::Received))
        .then_expect_events(notified(&[Notice::Received]));
    let told = [vec![received(Kind::Export)], notified(&[Notice::Received])].concat();
    let again = Command::RecordNotice { notice: Notice::Received, message_id: "<2@example.com>".to_owned() };
    given(hours(1), told).when(again).then_expect_events(vec![]);
}

#[test]
fn a_notice_that_nobody_is_left_to_read_is_not_owed_any_more() {
    let reason = Undeliverable::Refused;
    let undeliverable = Command::RecordUndeliverable { notice: Notice::Received, reason };
    let recorded = Event::NoticeUndeliverable { notice: Notice::Received, reason: Some(reason) };
    given(hours(0), vec![received(Kind::Export)])
        .when(undeliverable.clone())
        .then_expect_events(vec![recorded.clone()]);
    let told = vec![received(Kind::Export), recorded];
    given(hours(1), told.clone()).when(undeliverable).then_expect_events(vec![]);
    assert!(!plan(&request(told.clone()), hours(1)).contains(&Intent::Notify(Notice::Received)));
    let told = request(told);
    assert_eq!((told.notices_sent().count(), told.undeliverable[&Notice::Received]), (0, reason));
    // As an earlier release recorded it.
    let ended = Event::NoticeUndeliverable { notice: Notice::Received, reason: None };
    let told = request(vec![received(Kind::Export), ended]);
    assert_eq!(told.undeliverable[&Notice::Received], Undeliverable::AccountEnded);
}

#[test]
fn what_happened_is_told_with_the_event_and_as_long_as_it_is_so() {
    let told = |event: &Event| crate::Effects::notices(event);
    assert_eq!(told(&received(Kind::Export)), [Notice::Received]);
    assert_eq!(told(&completed(Kind::Export, hours(1))), [Notice::ArchiveReady]);
    assert_eq!(told(&completed(Kind::Erasure, hours(1))), [Notice::Erased]);
    assert_eq!(told(&cancelled(Kind::Export, hours(1))), [Notice::Cancelled]);
    // Each is owed by the request to which it happened, and not once it was told.
    let fresh = request(vec![received(Kind::Export)]);
    assert!(owes(&fresh, Notice::Received, hours(0)) && !owes(&fresh, Notice::Cancelled, hours(0)));
    let told = request([vec![received(Kind::Export)], notified(&[Notice::Received])].concat());
    assert!(!owes(&told, Notice::Received, hours(0)));
    let archive = request(archived());
    assert!(
        owes(&archive, Notice::ArchiveReady, hours(3)) && !owes(&archive, Notice::ArchiveReady, days(14))
    );
    let fetched =
        [resting_archive(), vec![Event::ArchiveDownloaded { at: hours(3), whole: Some(true) }]].concat();
    assert!(!owes(&request(fetched), Notice::ArchiveExpiring, days(6)));
}

#[test]
fn receipt_is_acknowledged_and_the_start_awaited() {
    let fresh = request(vec![received(Kind::Erasure)]);
    assert_eq!(plan(&fresh, hours(0)), vec![Intent::Notify(Notice::Received)]);
    assert_eq!(next_at(&fresh), Some(hours(0)));
    let told = request([vec![received(Kind::Erasure)], notified(&[Notice::Received])].concat());
    assert_eq!(next_at(&told), Some(hours(24)));
    assert_eq!(plan(&told, hours(23)), vec![]);
    assert_eq!(plan(&told, hours(24)), vec![Intent::Start]);
}

#[test]
fn mail_that_fails_holds_nothing_else_up() {
    let untold = request(started(Kind::Export));
    let collect = |source| Intent::Collect(name(source));
    let due = vec![Intent::Notify(Notice::Received), collect("account"), collect("usage")];
    assert_eq!(plan(&untold, hours(0)), due);
}

#[test]
fn a_finished_erasure_is_told_and_then_rests() {
    let answers: Vec<Event> =
        ["archives", "usage", "account"].map(|source| erased(source, hours(25))).into_iter().collect();
    let closed = vec![completed(Kind::Erasure, hours(26))];
    let mut history = [started(Kind::Erasure), notified(&[Notice::Received]), answers, closed].concat();
    assert_eq!(plan(&request(history.clone()), hours(26)), vec![Intent::Notify(Notice::Erased)]);
    history.extend(notified(&[Notice::Erased]));
    assert_eq!(schedule(&request(history)), vec![]);
}

#[test]
fn a_cancelled_request_is_told_cleaned_up_and_then_rests() {
    let history =
        [collected(), notified(&[Notice::Received]), vec![cancelled(Kind::Export, hours(2))]].concat();
    let due = vec![Intent::Notify(Notice::Cancelled), Intent::RemoveObjects];
    assert_eq!(plan(&request(history.clone()), hours(2)), due);
    let over = [history, notified(&[Notice::Cancelled]), vec![Event::ObjectsRemoved {}]].concat();
    assert_eq!(next_at(&request(over)), None);
}

/// Completed at two o'clock on the first day; told so; parts gone.
fn resting_archive() -> Vec<Event> {
    let told = notified(&[Notice::Received, Notice::ArchiveReady]);
    [archived(), told, vec![Event::PartsRemoved {}]].concat()
}

#[test]
fn an_archive_is_announced_reminded_of_and_ended() {
    let fresh = request([archived(), notified(&[Notice::Received])].concat());
    let due = vec![Intent::Notify(Notice::ArchiveReady), Intent::RemoveParts];
    assert_eq!(plan(&fresh, hours(2)), due);
    let resting = request(resting_archive());
    assert_eq!(next_at(&resting), Some(hours(2 + 6 * 24)));
    assert_eq!(plan(&resting, hours(2 + 6 * 24)), vec![Intent::Notify(Notice::ArchiveExpiring)]);
    let reminded = request([resting_archive(), notified(&[Notice::ArchiveExpiring])].concat());
    assert_eq!(next_at(&reminded), Some(hours(2 + 7 * 24)));
    assert_eq!(plan(&reminded, hours(2 + 7 * 24)), vec![Intent::ExpireArchive]);
}

#[test]
fn who_has_fetched_the_archive_is_not_reminded() {
    let fetched =
        |whole| [resting_archive(), vec![Event::ArchiveDownloaded { at: hours(3), whole }]].concat();
    assert_eq!(next_at(&request(fetched(Some(true)))), Some(hours(2 + 7 * 24)));
    assert_eq!(next_at(&request(fetched(None))), Some(hours(2 + 7 * 24)), "as it was stored before");
}

#[test]
fn who_has_only_begun_to_fetch_the_archive_is_reminded() {
    let begun =
        [resting_archive(), vec![Event::ArchiveDownloaded { at: hours(3), whole: Some(false) }]].concat();
    assert_eq!(next_at(&request(begun)), Some(hours(2 + 6 * 24)));
}

#[test]
fn an_archive_whose_time_is_over_is_ended_before_anyone_is_told_that_it_is_there() {
    // No worker ran, or no mail left, for a fortnight.
    let due = plan(&request(archived()), days(14));
    let position = |intent: &Intent| due.iter().position(|step| step == intent);
    let ends = position(&Intent::ExpireArchive).unwrap();
    for notice in [Notice::ArchiveReady, Notice::ArchiveExpiring] {
        assert!(position(&Intent::Notify(notice)).is_none_or(|tells| ends < tells), "{due:?}");
    }
    let ended = Event::ArchiveEnded { reason: ArchiveEnd::Expired, at: days(14) };
    let after = plan(&request([archived(), vec![ended]].concat()), days(14));
    assert_eq!(after, vec![Intent::Notify(Notice::Received), Intent::RemoveObjects]);
}

#[test]
fn every_step_has_a_name_of_its_own_to_lease() {
    let intents = [
        Intent::Notify(Notice::Received),
        Intent::Notify(Notice::ArchiveReady),
        Intent::Notify(Notice::ArchiveExpiring),
        Intent::Notify(Notice::Erased),
        Intent::Notify(Notice::Cancelled),
        Intent::Start,
        Intent::Collect(name("usage")),
        Intent::Collect(name("account")),
        Intent::Erase(name("usage")),
        Intent::Package,
        Intent::Complete,
        Intent::RemoveParts,
        Intent::ExpireArchive,
        Intent::RemoveObjects,
    ];
    let keys: std::collections::BTreeSet<String> = intents.iter().map(Intent::key).collect();
    assert_eq!(keys.len(), intents.len());
    assert!(keys.contains("collect/usage") && keys.contains("notify/archive_ready"));
}

#[test]
fn a_stall_is_recorded_once_until_the_work_moves_again() {
    let stall = || Command::RecordStall { reason: "no mail server".to_owned() };
    let stalled = Event::Stalled { reason: "no mail server".to_owned(), at: hours(30) };
    let running = vec![received(Kind::Erasure), Event::Started { at: hours(25) }];
    given(hours(30), running.clone()).when(stall()).then_expect_events(vec![stalled.clone()]);
    let once = [running, vec![stalled.clone()]].concat();
    given(hours(30), once.clone()).when(stall()).then_expect_events(vec![]);
    let sent = Event::NoticeSent { notice: Notice::Received, message_id: String::new() };
    for moved in [sent, Event::PartsRemoved {}, Event::ObjectsRemoved {}] {
        given(hours(30), [once.clone(), vec![moved]].concat())
            .when(stall())
            .then_expect_events(vec![stalled.clone()]);
    }
}
