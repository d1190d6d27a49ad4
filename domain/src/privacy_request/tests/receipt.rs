//! Receipt, the clock that starts with it, cooling off, start and cancellation.

use super::*;
use crate::effect::ClaimKind;
use crate::{Effect, Effects};

#[test]
fn an_export_is_received_with_its_due_date_and_may_start_at_once() {
    given(hours(0), vec![]).when(receive(Kind::Export)).then_expect_events(vec![received(Kind::Export)]);
    let request = request(vec![received(Kind::Export)]);
    assert_eq!(request.state, State::Received);
    assert_eq!(request.starts_at, request.received_at, "an export does not cool off");
    assert_eq!(request.due_at, instant("2026-04-10T23:59:59Z"));
    assert_eq!(request.cancellable_until(), None);
}

#[test]
fn an_erasure_cools_off_first() {
    given(hours(0), vec![]).when(receive(Kind::Erasure)).then_expect_events(vec![received(Kind::Erasure)]);
    let request = request(vec![received(Kind::Erasure)]);
    assert_eq!(request.state, State::CoolingOff);
    assert_eq!(request.cancellable_until(), Some(hours(24)));
}

#[test]
fn an_erasure_without_cooling_off_may_start_at_once() {
    let command =
        Command::Receive(NewRequest { cooling_off: Duration::zero(), ..new_request(Kind::Erasure) });
    let events = given(hours(0), vec![]).when(command).inspect_result().unwrap();
    assert_eq!(request(events.clone()).state, State::Received);
    given(hours(0), events).when(Command::Start).then_expect_events(vec![Event::Started { at: hours(0) }]);
}

/// A request like that of `receive`, under another law, at another place, or for something else.
fn receive_under(law: &str, kind: Kind, place: Place) -> Command {
    Command::Receive(NewRequest { regulation: law.parse().unwrap(), place, ..new_request(kind) })
}

#[test]
fn the_due_date_obeys_the_law_and_the_place_of_the_controller() {
    let due = |law, zone: &str| {
        let friday = Holidays::from_iter([instant("2026-04-10T00:00:00Z").date_naive()]);
        let command = receive_under(law, Kind::Export, Place::new(&zone.parse().unwrap(), friday));
        let events = given(hours(0), vec![]).when(command).inspect_result().unwrap();
        request(events).due_at
    };
    assert_eq!(due("gdpr", "UTC"), instant("2026-04-13T23:59:59Z"));
    assert_eq!(due("gdpr", "Europe/Berlin"), instant("2026-04-13T21:59:59Z"));
    assert_eq!(due("ccpa", "UTC"), instant("2026-04-24T23:59:59Z"));
    assert_eq!(due("br_lgpd", "America/Sao_Paulo"), instant("2026-03-26T02:59:59Z"));
}

#[test]
fn a_request_keeps_the_version_of_the_law_that_was_in_force() {
    let received = |at| {
        let command = receive_under("uk_gdpr", Kind::Export, Place::default());
        let events = given(instant(at), vec![]).when(command).inspect_result().unwrap();
        let request = request(events);
        (request.law_version, request.law(Laws::built_in()).map(|law| law.version))
    };
    assert_eq!(received("2026-06-18T23:59:59Z"), (Some(1), Some(1)));
    assert_eq!(received("2026-06-19T00:00:00Z"), (Some(2), Some(2)));
    let mut old = request(vec![super::received(Kind::Export)]);
    old.law_version = None;
    assert_eq!(old.law(Laws::built_in()).map(|law| law.version), Some(1), "earlier releases recorded none");
}

#[test]
fn a_law_that_does_not_apply_is_refused() {
    let refused = |law, at, error| {
        let command = receive_under(law, Kind::Erasure, Place::default());
        given(instant(at), vec![]).when(command).then_expect_error(error);
    };
    refused("hipaa", "2026-03-10T12:00:00Z", Error::UnknownLaw);
    let from = instant("2027-05-13T00:00:00Z").date_naive();
    refused("in_dpdp", "2027-05-12T23:59:59Z", Error::LawNotInForce(from));
}

#[test]
fn a_law_is_not_asked_for_what_it_does_not_grant() {
    let table = include_str!("../../../laws.toml").replace("erasure = \"Art. 17\"", "");
    let table = table.replace(", }", " }");
    let laws = Laws::parse(&table).unwrap();
    let day = instant("2026-03-10T12:00:00Z").date_naive();
    let applicable = |kind| applicable_law(&laws, &LawId::GDPR, kind, day).map(|law| law.version);
    assert_eq!(applicable(Kind::Export), Ok(1));
    assert_eq!(applicable(Kind::Erasure), Err(Error::RightNotGranted));
}

#[test]
fn a_request_is_received_once() {
    given(hours(1), vec![received(Kind::Export)])
        .when(receive(Kind::Export))
        .then_expect_error(Error::AlreadyReceived);
}

#[test]
fn a_second_receipt_in_a_history_does_not_begin_it_anew() {
    let history = [collected(), vec![received(Kind::Export)]].concat();
    assert_eq!(fold(history), fold(collected()));
}

#[test]
fn a_request_without_a_source_is_refused_because_it_could_never_be_answered() {
    for kind in [Kind::Export, Kind::Erasure] {
        for none in [vec![], vec![vec![], vec![]]] {
            let command = Command::Receive(NewRequest { stages: none, ..new_request(kind) });
            given(hours(0), vec![]).when(command).then_expect_error(Error::NoSources);
        }
    }
}

#[test]
fn nothing_else_happens_before_receipt() {
    for command in [
        Command::Start,
        Command::RecordProgress { source: name("usage"), records: 1 },
        record_exported("usage"),
        record_erased("usage"),
        fails("usage"),
        Command::RestartCollection,
        record_packaged(),
        Command::Complete,
        Command::RecordNotice { notice: Notice::Received, message_id: String::new() },
        Command::Cancel,
        Command::RecordDownload { whole: true },
        Command::EndArchive { reason: ArchiveEnd::Disabled },
        Command::RecordStall { reason: "no mail server".to_owned() },
        Command::RecordPartsRemoved,
        Command::RecordObjectsRemoved,
    ] {
        given(hours(0), vec![]).when(command).then_expect_error(Error::Unknown);
    }
}

#[test]
fn an_open_request_holds_its_name_until_it_is_closed() {
    let name = open_request_name(account_id(), Kind::Erasure);
    assert_eq!(name, format!("{}/erasure", account_id()));
    let kind = ClaimKind::OpenRequest;
    assert_eq!(received(Kind::Erasure).effects(), vec![Effect::Claim { kind, name: name.clone() }]);
    for closing in [completed(Kind::Erasure, hours(30)), cancelled(Kind::Erasure, hours(1))] {
        assert_eq!(closing.effects(), vec![Effect::Release { kind, name: name.clone() }]);
    }
    assert!(Event::Started { at: hours(24) }.effects().is_empty());
}

#[test]
fn nothing_starts_before_its_time() {
    let last_moment = after(COOLING_OFF - Duration::milliseconds(1));
    given(last_moment, vec![received(Kind::Erasure)])
        .when(Command::Start)
        .then_expect_error(Error::WrongState(State::CoolingOff));
    given(after(COOLING_OFF), vec![received(Kind::Erasure)])
        .when(Command::Start)
        .then_expect_events(vec![Event::Started { at: after(COOLING_OFF) }]);
}

#[test]
fn a_second_start_changes_nothing_and_a_cancelled_request_does_not_start() {
    given(hours(25), started(Kind::Erasure)).when(Command::Start).then_expect_events(vec![]);
    given(hours(2), collected()).when(Command::Start).then_expect_events(vec![]);
    given(hours(25), vec![received(Kind::Erasure), cancelled(Kind::Erasure, hours(1))])
        .when(Command::Start)
        .then_expect_error(Error::WrongState(State::Cancelled));
}

#[test]
fn an_erasure_can_be_cancelled_until_it_may_start() {
    let last_moment = after(COOLING_OFF - Duration::milliseconds(1));
    given(last_moment, vec![received(Kind::Erasure)])
        .when(Command::Cancel)
        .then_expect_events(vec![cancelled(Kind::Erasure, last_moment)]);
    // Its worker may be late, but the promise was "until it starts": the date, not the worker, decides.
    given(hours(24), vec![received(Kind::Erasure)])
        .when(Command::Cancel)
        .then_expect_error(Error::WrongState(State::CoolingOff));
    given(hours(24), started(Kind::Erasure))
        .when(Command::Cancel)
        .then_expect_error(Error::WrongState(State::Running));
}

#[test]
fn an_export_can_be_cancelled_until_it_is_packaged() {
    for history in [vec![received(Kind::Export)], started(Kind::Export), collected()] {
        given(hours(3), history)
            .when(Command::Cancel)
            .then_expect_events(vec![cancelled(Kind::Export, hours(3))]);
    }
    given(hours(3), archived()).when(Command::Cancel).then_expect_error(Error::WrongState(State::Completed));
}

#[test]
fn a_cancelled_request_is_closed() {
    let history = vec![received(Kind::Export), cancelled(Kind::Export, hours(1))];
    let request = request(history.clone());
    assert_eq!((request.state, request.closed_at), (State::Cancelled, Some(hours(1))));
    assert!(request.state.is_closed());
    for command in
        [Command::Cancel, Command::RestartCollection, record_packaged(), Command::Complete, Command::Start]
    {
        given(hours(2), history.clone()).when(command).then_expect_error(Error::WrongState(State::Cancelled));
    }
}
