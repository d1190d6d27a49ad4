//! Packaging, collection anew, and the life and end of the archive.

use super::*;

fn end(reason: ArchiveEnd) -> Command {
    Command::EndArchive { reason }
}

fn ended(reason: ArchiveEnd, at: DateTime<Utc>) -> Event {
    Event::ArchiveEnded { reason, at }
}

#[test]
fn it_is_packaged_only_when_all_have_answered() {
    let partly = [started(Kind::Export), vec![exported("account", hours(1))]].concat();
    assert!(!plan(&request(partly.clone()), days(30)).contains(&Intent::Package));
    given(hours(2), partly).when(record_packaged()).then_expect_error(Error::WrongState(State::Running));

    assert_eq!(request(collected()).state, State::Packaging);
    assert!(plan(&request(collected()), hours(1)).contains(&Intent::Package));
    given(hours(2), collected()).when(record_packaged()).then_expect_events(packaged(hours(2)));
}

#[test]
fn a_repeated_packaging_changes_nothing_and_another_archive_is_refused() {
    let expired = [archived(), vec![ended(ArchiveEnd::Disabled, hours(3))]].concat();
    given(hours(3), archived()).when(record_packaged()).then_expect_events(vec![]);
    given(hours(3), expired).when(record_packaged()).then_expect_events(vec![]);
    let other = Command::RecordPackaged { object: "archive".to_owned(), bytes: 99, sha256: "ef".repeat(32) };
    given(hours(3), archived()).when(other).then_expect_error(Error::WrongState(State::Completed));
}

#[test]
fn an_erasure_has_no_archive() {
    let done: Vec<Event> =
        ["archives", "usage", "account"].map(|source| erased(source, hours(25))).into_iter().collect();
    let history = [started(Kind::Erasure), done].concat();
    given(hours(26), history).when(record_packaged()).then_expect_error(Error::WrongState(State::Verifying));
}

#[test]
fn what_was_erased_meanwhile_is_collected_anew() {
    let restarted = Event::CollectionRestarted { at: hours(2) };
    given(hours(2), collected()).when(Command::RestartCollection).then_expect_events(vec![restarted.clone()]);
    let mut history = [collected(), vec![restarted], notified(&[Notice::Received])].concat();
    let again = request(history.clone());
    assert_eq!(again.state, State::Running);
    assert!(again.collected_under.is_empty() && again.files().next().is_none());
    assert!(again.sources.values().all(|source| *source == SourceProgress::default()));
    let collect = |source| Intent::Collect(name(source));
    assert_eq!(plan(&again, hours(2)), vec![collect("account"), collect("usage")]);
    history.extend([exported("usage", hours(3)), exported("account", hours(3))]);
    given(hours(4), history).when(record_packaged()).then_expect_events(packaged(hours(4)));
}

#[test]
fn collection_restarts_only_before_the_archive_is_whole() {
    let refused = |history, state| {
        given(hours(3), history).when(Command::RestartCollection).then_expect_error(Error::WrongState(state));
    };
    refused(archived(), State::Completed);
    refused(started(Kind::Erasure), State::Running);
    // Whether much, little or nothing was collected: the new event brings the new key.
    let half = [started(Kind::Export), vec![exported("usage", hours(2))]].concat();
    for open in [half, started(Kind::Export)] {
        let restarted = Event::CollectionRestarted { at: hours(3) };
        given(hours(3), open).when(Command::RestartCollection).then_expect_events(vec![restarted]);
    }
}

#[test]
fn an_archive_lives_seven_days() {
    let request = request(archived());
    assert_eq!((request.state, request.closed_at), (State::Completed, Some(hours(2))));
    let end = hours(2) + ARCHIVE_LIFE;
    assert_eq!(ARCHIVE_LIFE, Duration::days(7));
    assert!(request.archive_available(end - Duration::milliseconds(1)).is_some());
    assert!(request.archive_available(end).is_none(), "gone on the dot, even while no worker runs");
}

#[test]
fn each_download_is_recorded_while_the_archive_can_be_had() {
    let download = Event::ArchiveDownloaded { at: hours(5), whole: Some(true) };
    given(hours(5), archived())
        .when(Command::RecordDownload { whole: true })
        .then_expect_events(vec![download.clone()]);
    let fetched = [archived(), vec![download]].concat();
    assert_eq!(request(fetched.clone()).archive.unwrap().downloaded_at, Some(hours(5)));
    given(hours(6), fetched)
        .when(Command::RecordDownload { whole: false })
        .then_expect_events(vec![Event::ArchiveDownloaded { at: hours(6), whole: Some(false) }]);
}

#[test]
fn a_download_that_began_is_none_yet_and_one_of_before_counts() {
    let told = |whole| [archived(), vec![Event::ArchiveDownloaded { at: hours(5), whole }]].concat();
    let downloaded_at = |whole| request(told(whole)).archive.unwrap().downloaded_at;
    assert_eq!(downloaded_at(Some(false)), None);
    assert_eq!(downloaded_at(Some(true)), Some(hours(5)));
    assert_eq!(downloaded_at(None), Some(hours(5)), "as it was stored before");
}

#[test]
fn there_is_no_download_before_or_after() {
    let disabled = [archived(), vec![ended(ArchiveEnd::Disabled, hours(3))]].concat();
    for (now, history) in [(hours(2), collected()), (hours(2 + 7 * 24), archived()), (hours(4), disabled)] {
        given(now, history)
            .when(Command::RecordDownload { whole: false })
            .then_expect_error(Error::NoArchive);
    }
}

#[test]
fn an_archive_expires_in_its_time_and_not_before() {
    let end_of_life = hours(2) + ARCHIVE_LIFE;
    given(end_of_life - Duration::milliseconds(1), archived())
        .when(end(ArchiveEnd::Expired))
        .then_expect_error(Error::WrongState(State::Completed));
    given(end_of_life, archived())
        .when(end(ArchiveEnd::Expired))
        .then_expect_events(vec![ended(ArchiveEnd::Expired, end_of_life)]);
}

#[test]
fn an_archive_is_disabled_or_withdrawn_at_any_time_and_ends_once() {
    for reason in [ArchiveEnd::Disabled, ArchiveEnd::Erased] {
        let event = ended(reason, hours(3));
        given(hours(3), archived()).when(end(reason)).then_expect_events(vec![event.clone()]);
        let history = [archived(), vec![event]].concat();
        let request = request(history.clone());
        assert_eq!(request.state, State::Expired);
        assert_eq!(request.closed_at, Some(hours(2)), "the answer was given when it was completed");
        assert_eq!(request.archive.as_ref().unwrap().ended, Some(reason));
        assert!(request.archive_available(hours(3)).is_none());
        for again in [ArchiveEnd::Disabled, ArchiveEnd::Erased] {
            given(hours(4), history.clone()).when(end(again)).then_expect_events(vec![]);
        }
        given(days(8), history).when(end(ArchiveEnd::Expired)).then_expect_events(vec![]);
    }
}

#[test]
fn what_does_not_exist_cannot_end() {
    given(hours(2), collected()).when(end(ArchiveEnd::Disabled)).then_expect_error(Error::NoArchive);
}

#[test]
fn parts_are_removed_once_the_archive_holds_them() {
    given(hours(3), archived())
        .when(Command::RecordPartsRemoved)
        .then_expect_events(vec![Event::PartsRemoved {}]);
    let removed = [archived(), vec![Event::PartsRemoved {}]].concat();
    assert!(!plan(&request(removed.clone()), hours(3)).contains(&Intent::RemoveParts));
    given(hours(3), removed).when(Command::RecordPartsRemoved).then_expect_events(vec![]);
    for (history, state) in [(started(Kind::Export), State::Running), (collected(), State::Packaging)] {
        given(hours(2), history)
            .when(Command::RecordPartsRemoved)
            .then_expect_error(Error::WrongState(state));
    }
}

#[test]
fn all_objects_are_removed_once_nobody_can_have_them() {
    let over = [archived(), vec![ended(ArchiveEnd::Disabled, hours(3))]].concat();
    let cancelled = [collected(), vec![cancelled(Kind::Export, hours(2))]].concat();
    for history in [over, cancelled] {
        assert!(plan(&request(history.clone()), hours(4)).contains(&Intent::RemoveObjects));
        given(hours(4), history.clone())
            .when(Command::RecordObjectsRemoved)
            .then_expect_events(vec![Event::ObjectsRemoved {}]);
        let removed = [history, vec![Event::ObjectsRemoved {}]].concat();
        assert!(!plan(&request(removed.clone()), hours(4)).contains(&Intent::RemoveObjects));
        given(hours(4), removed).when(Command::RecordObjectsRemoved).then_expect_events(vec![]);
    }
    for (history, state) in [(started(Kind::Export), State::Running), (archived(), State::Completed)] {
        given(hours(4), history)
            .when(Command::RecordObjectsRemoved)
            .then_expect_error(Error::WrongState(state));
    }
}
