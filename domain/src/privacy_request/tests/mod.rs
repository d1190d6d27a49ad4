//! Given, when, then; and a simulation of the whole life of a request.
//!
//! Every history is written out as events, so that each test shows what it stands on. Time is told
//! as a distance from the receipt, on Tuesday 10 March 2026 at noon.

mod archive;
mod notices;
mod receipt;
mod simulation;
mod sources;
mod standing;
mod verification;
mod world;

use chrono::{DateTime, Duration, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::PrivacyRequestCommand as Command;
use super::PrivacyRequestError as Error;
use super::PrivacyRequestEvent as Event;
use super::*;
use crate::law::{Holidays, LawId, Laws, Place};
use crate::services::fixed;
use crate::{AccountId, RequestId, Undeliverable};

const COOLING_OFF: Duration = Duration::hours(24);
const LATER_READINGS: [Duration; 2] = [Duration::days(1), Duration::days(7)];

fn account_id() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(1))
}

fn request_id() -> RequestId {
    RequestId::from_uuid(Uuid::from_u128(2))
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The instant that lies `distance` after the receipt.
fn after(distance: Duration) -> DateTime<Utc> {
    instant("2026-03-10T12:00:00Z") + distance
}

fn hours(hours: i64) -> DateTime<Utc> {
    after(Duration::hours(hours))
}

fn days(days: i64) -> DateTime<Utc> {
    after(Duration::days(days))
}

/// What the request answers at an instant, given what happened before it.
fn given(now: DateTime<Utc>, events: Vec<Event>) -> AggregateTestExecutor<PrivacyRequest> {
    TestFramework::with(fixed(now)).given(events)
}

fn fold(events: impl IntoIterator<Item = Event>) -> PrivacyRequest {
    let mut aggregate = PrivacyRequest::default();
    events.into_iter().for_each(|event| aggregate.apply(event));
    aggregate
}

fn request(events: Vec<Event>) -> Request {
    fold(events).request.unwrap()
}

fn name(name: &str) -> SourceName {
    SourceName::new(name)
}

/// Exports ask all sources at once; erasures destroy the account's key last.
fn stages(kind: Kind) -> Vec<Vec<SourceName>> {
    match kind {
        Kind::Export => vec![vec![name("account"), name("usage")]],
        Kind::Erasure => vec![vec![name("archives"), name("usage")], vec![name("account")]],
    }
}

fn receive(kind: Kind) -> Command {
    Command::Receive(new_request(kind))
}

fn new_request(kind: Kind) -> NewRequest {
    NewRequest {
        request_id: request_id(),
        account_id: account_id(),
        kind,
        regulation: LawId::GDPR,
        cooling_off: COOLING_OFF,
        stages: stages(kind),
        laws: Laws::built_in().clone(),
        place: Place::default(),
        later_readings: LATER_READINGS.to_vec(),
    }
}

fn received_with(kind: Kind, stages: Vec<Vec<SourceName>>) -> Event {
    Event::Received {
        request_id: request_id(),
        account_id: account_id(),
        kind,
        regulation: LawId::GDPR,
        law_version: Some(1),
        received_at: hours(0),
        due_at: instant("2026-04-10T23:59:59Z"),
        starts_at: if kind == Kind::Erasure { after(COOLING_OFF) } else { hours(0) },
        stages,
        later_readings: match kind {
            Kind::Export => Vec::new(),
            Kind::Erasure => LATER_READINGS.iter().map(|after| after.num_seconds().unsigned_abs()).collect(),
        },
    }
}

fn received(kind: Kind) -> Event {
    received_with(kind, stages(kind))
}

fn started(kind: Kind) -> Vec<Event> {
    let at = if kind == Kind::Erasure { after(COOLING_OFF) } else { hours(0) };
    vec![received(kind), Event::Started { at }]
}

fn file(source: &str) -> SourceFile {
    SourceFile {
        name: format!("{source}.json"),
        title: format!("All about the {source}"),
        object: format!("parts/{source}"),
        bytes: 12,
        sha256: "ab".repeat(32),
        records: Some(3),
        restates: false,
    }
}

fn key_of(source: &str) -> Uuid {
    Uuid::from_u128(source.len().try_into().unwrap())
}

fn record_exported(source: &str) -> Command {
    Command::RecordExported {
        source: name(source),
        files: vec![file(source)],
        collected_under: vec![key_of(source)],
    }
}

fn exported(source: &str, at: DateTime<Utc>) -> Event {
    Event::SourceExported {
        source: name(source),
        files: vec![file(source)],
        collected_under: vec![key_of(source)],
        at,
    }
}

fn record_erased(source: &str) -> Command {
    Command::RecordErased {
        source: name(source),
        counts: [("rows".to_owned(), 3)].into(),
        destroyed_keys: vec!["f00d".to_owned()],
    }
}

fn erased(source: &str, at: DateTime<Utc>) -> Event {
    Event::SourceErased {
        source: name(source),
        counts: [("rows".to_owned(), 3)].into(),
        destroyed_keys: vec!["f00d".to_owned()],
        at,
    }
}

fn verified(source: &str, reading: u32, at: DateTime<Utc>) -> Event {
    Event::SourceVerified { source: name(source), reading, at }
}

/// An erasure of which every source has erased, 27 hours after receipt.
fn all_erased() -> Vec<Event> {
    let sources = [erased("archives", hours(26)), erased("usage", hours(26)), erased("account", hours(27))];
    [started(Kind::Erasure), sources.to_vec()].concat()
}

/// An erasure that was completed 28 hours after receipt.
fn erasure_completed() -> Vec<Event> {
    let read = ["account", "archives", "usage"].map(|source| verified(source, 0, hours(27)));
    [all_erased(), read.to_vec(), vec![completed(Kind::Erasure, hours(28))]].concat()
}

fn found_again(source: &str, reading: u32) -> Command {
    Command::RecordFoundAgain { source: name(source), reading, counts: [("rows".to_owned(), 2)].into() }
}

fn fails(source: &str) -> Command {
    Command::RecordSourceFailure { source: name(source), reason: "it is down".to_owned() }
}

fn failed(source: &str, attempts: u32, retry_at: DateTime<Utc>) -> Event {
    Event::SourceFailed { source: name(source), attempts, reason: "it is down".to_owned(), retry_at }
}

fn record_packaged() -> Command {
    Command::RecordPackaged { object: "archive".to_owned(), bytes: 99, sha256: "cd".repeat(32) }
}

fn packaged(at: DateTime<Utc>) -> Vec<Event> {
    vec![
        Event::Packaged {
            object: "archive".to_owned(),
            bytes: 99,
            sha256: "cd".repeat(32),
            expires_at: at + Duration::days(7),
        },
        completed(Kind::Export, at),
    ]
}

fn completed(kind: Kind, at: DateTime<Utc>) -> Event {
    Event::Completed { account_id: account_id(), kind, at }
}

fn cancelled(kind: Kind, at: DateTime<Utc>) -> Event {
    Event::Cancelled { account_id: account_id(), kind, at }
}

/// An export of which both sources handed over what they hold, an hour after receipt.
fn collected() -> Vec<Event> {
    [started(Kind::Export), vec![exported("account", hours(1)), exported("usage", hours(1))]].concat()
}

/// An export completed two hours after receipt.
fn archived() -> Vec<Event> {
    [collected(), packaged(hours(2))].concat()
}

fn notified(notices: &[Notice]) -> Vec<Event> {
    notices
        .iter()
        .map(|notice| Event::NoticeSent { notice: *notice, message_id: "<1@example.com>".to_owned() })
        .collect()
}
