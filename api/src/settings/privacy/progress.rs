//! What has happened to a request and what is to come, and how far each place is where data lies.

use catalogue::{Text, id};
use chrono::{DateTime, Utc};
use domain::privacy_request::{ArchiveEnd, Kind, SourceName, State};
use maud::{Markup, html};

use super::standing::source_name;
use crate::routes::privacy_requests::{PrivacyRequestBody, SourceBody, SourceState};

/// Where a step lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Done,
    Now,
    Later,
}

/// A step of the time line.
#[derive(Debug)]
struct Step {
    name: &'static str,
    place: Place,
    at: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

impl Step {
    fn new(name: &'static str, place: Place) -> Self {
        Self { name, place, at: None, until: None }
    }

    fn done(name: &'static str, at: Option<DateTime<Utc>>) -> Self {
        Self { at, ..Self::new(name, Place::Done) }
    }
}

/// The steps of a request, in order.
fn steps(request: &PrivacyRequestBody) -> Vec<Step> {
    let received = Step::done(id!("request-step-received"), Some(request.received_at));
    if request.state == State::Cancelled {
        return vec![received, Step::done(id!("request-step-cancelled"), request.closed_at)];
    }
    let mut steps = vec![received];
    match request.kind {
        Kind::Export => steps.extend(of_export(request)),
        Kind::Erasure => steps.extend(of_erasure(request)),
    }
    steps
}

fn of_export(request: &PrivacyRequestBody) -> Vec<Step> {
    let (collecting, packing) = match request.state {
        State::Received | State::CoolingOff | State::Running => (Place::Now, Place::Later),
        State::Packaging | State::Verifying => (Place::Done, Place::Now),
        State::Completed | State::Expired | State::Cancelled => (Place::Done, Place::Done),
    };
    let ready = match request.state.is_closed() {
        true => Step::done(id!("request-step-ready"), request.closed_at),
        false => Step::new(id!("request-step-ready"), Place::Later),
    };
    let mut steps = vec![
        Step::new(id!("request-step-collecting"), collecting),
        Step::new(id!("request-step-packing"), packing),
        ready,
    ];
    let Some(copy) = &request.archive else { return steps };
    if let Some(at) = copy.downloaded_at {
        steps.push(Step::done(id!("request-step-downloaded"), Some(at)));
    }
    match copy.ended {
        Some(ArchiveEnd::Disabled) => steps.push(Step::done(id!("request-step-disabled"), None)),
        Some(ArchiveEnd::Erased) => steps.push(Step::done(id!("request-step-withdrawn"), None)),
        Some(ArchiveEnd::Expired) => {
            steps.push(Step::done(id!("request-step-expired"), Some(copy.expires_at)));
        }
        None if !copy.available => {
            steps.push(Step::done(id!("request-step-expired"), Some(copy.expires_at)));
        }
        None => {}
    }
    steps
}

fn of_erasure(request: &PrivacyRequestBody) -> [Step; 4] {
    let (mind, deleting, reading, erased) = match request.state {
        State::CoolingOff => (Place::Now, Place::Later, Place::Later, Place::Later),
        State::Received | State::Running | State::Packaging => {
            (Place::Done, Place::Now, Place::Later, Place::Later)
        }
        State::Verifying => (Place::Done, Place::Done, Place::Now, Place::Later),
        State::Completed | State::Expired | State::Cancelled => {
            (Place::Done, Place::Done, Place::Done, Place::Done)
        }
    };
    [
        Step { until: Some(request.starts_at), ..Step::new(id!("request-step-mind"), mind) },
        Step::new(id!("request-step-deleting"), deleting),
        Step::new(id!("request-step-reading"), reading),
        Step { at: request.closed_at, ..Step::new(id!("request-step-erased"), erased) },
    ]
}

/// The time line.
pub(super) fn time_line(request: &PrivacyRequestBody, text: &Text) -> Markup {
    html! {
        ol class="steps" {
            @for step in steps(request) {
                @let (class, word) = match step.place {
                    Place::Done => ("past", text.say("request-step-done")),
                    Place::Now => ("now", text.say("request-step-now")),
                    Place::Later => ("later", text.say("request-step-later")),
                };
                li class=(class) aria-current=[(step.place == Place::Now).then_some("step")] {
                    strong { (text.say(step.name)) } " "
                    span class="quiet" {
                        @if let Some(at) = step.at { (text.moment(at)) }
                        @else if let Some(until) = step.until {
                            (text.say_with("request-step-until", [("at", text.moment(until).into())]))
                        }
                        span class=[(step.at.is_some()).then_some("unseen")] {
                            @if step.until.is_some() { " · " }
                            (word)
                        }
                    }
                }
            }
        }
    }
}

/// How far each place is.
pub(super) fn sources(request: &PrivacyRequestBody, text: &Text) -> Markup {
    let done = request.sources.iter().filter(|source| source.state == SourceState::Done).count();
    let all = request.sources.len();
    let count = text.say_with("request-sources-count", [("done", done.into()), ("all", all.into())]);
    html! {
        p { progress max=(all) value=(done) aria-label=(text.say("request-sources")) { (count) } " " (count) }
        div class="table" tabindex="0" role="group" aria-labelledby="progress" {
            table {
                thead {
                    tr {
                        th scope="col" { (text.say("request-sources-where")) }
                        th scope="col" { (text.say("request-sources-state")) }
                        th scope="col" { (text.say("request-sources-result")) }
                    }
                }
                tbody {
                    @for source in &request.sources {
                        tr {
                            th scope="row" { (source_name(&source.name, text)) }
                            td { (state(source, text)) }
                            td { (result(request.kind, source, text)) }
                        }
                    }
                }
            }
        }
    }
}

fn state(source: &SourceBody, text: &Text) -> String {
    match (source.state, source.retry_at) {
        (SourceState::Pending, _) => text.say("request-source-pending"),
        (SourceState::WaitingToRetry, Some(at)) => {
            let says = match source.found_again {
                0 => id!("request-source-waiting"),
                1.. => id!("request-source-found-again"),
            };
            text.say_with(says, [("at", text.moment(at).into())])
        }
        (SourceState::Running | SourceState::WaitingToRetry, _) => text.say("request-source-running"),
        (SourceState::Erased, _) => text.say("request-source-erased"),
        (SourceState::Done, _) => text.say("request-source-done"),
    }
}

/// What came of it, as far as it is known.
fn result(kind: Kind, source: &SourceBody, text: &Text) -> String {
    let erased: u64 = source.counts.values().sum();
    match (kind, source.state, source.name.as_str()) {
        (Kind::Export, SourceState::Done, _) => {
            text.say_with("request-result-records", [("count", source.records.into())])
        }
        // Each key seals the addresses and programs of a time: their number says nothing to a reader.
        (Kind::Erasure, SourceState::Erased | SourceState::Done, SourceName::ACCOUNT) => {
            text.say_with("request-result-unreadable", [("count", erased.into())])
        }
        (Kind::Erasure, SourceState::Erased | SourceState::Done, SourceName::ARCHIVES) => {
            text.say_with("request-result-copies", [("count", erased.into())])
        }
        (Kind::Erasure, SourceState::Erased | SourceState::Done, _) => {
            text.say_with("request-result-deleted", [("count", erased.into())])
        }
        (
            _,
            SourceState::Pending | SourceState::Running | SourceState::WaitingToRetry | SourceState::Erased,
            _,
        ) if source.records > 0 => {
            text.say_with("request-result-records", [("count", source.records.into())])
        }
        (
            _,
            SourceState::Pending | SourceState::Running | SourceState::WaitingToRetry | SourceState::Erased,
            _,
        ) => text.say("request-result-none"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::standing::tests::{copy, request};
    use super::*;
    use serde_json::json;

    fn places(members: &serde_json::Value) -> Vec<(&'static str, Place)> {
        steps(&request(members)).iter().map(|step| (step.name, step.place)).collect()
    }

    #[test]
    fn at_most_one_step_is_under_way_and_those_before_it_are_done() {
        let states: Vec<_> = State::OPEN.iter().chain(&State::CLOSED).map(|state| state.as_str()).collect();
        for kind in ["export", "erasure"] {
            for state in &states {
                let steps = places(&json!({"kind": kind, "state": state}));
                let order = |place: &Place| match place {
                    Place::Done => 0,
                    Place::Now => 1,
                    Place::Later => 2,
                };
                assert!(steps.iter().map(|(_, place)| order(place)).is_sorted(), "{kind} {state}: {steps:?}");
                let now = steps.iter().filter(|(_, place)| *place == Place::Now).count();
                let is_open = !["completed", "expired", "cancelled"].contains(state);
                assert_eq!(now, usize::from(is_open), "{kind} {state}: {steps:?}");
            }
        }
    }

    #[test]
    fn a_copy_that_ended_says_how() {
        for (ended, name) in [
            ("expired", "request-step-expired"),
            ("disabled", "request-step-disabled"),
            ("erased", "request-step-withdrawn"),
        ] {
            let steps = places(&json!({"state": "completed", "archive": copy(&json!(ended))}));
            assert_eq!(steps.last(), Some(&(name, Place::Done)));
        }
    }
}
