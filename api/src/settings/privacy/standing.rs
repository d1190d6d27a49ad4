//! How a request stands, in people's words: what it waits for, until when, and who has to do something.
//!
//! A function of the request, as `/v1` shows it, and of the time; every state there is has its sentence.

use catalogue::{Text, id};
use chrono::{DateTime, Utc};
use domain::privacy_request::{ArchiveEnd, Kind, SourceName, State};

use crate::routes::privacy_requests::{ArchiveBody, PrivacyRequestBody, SourceBody, SourceState};

/// What was asked for.
pub(super) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Export => id!("request-export"),
        Kind::Erasure => id!("request-erasure"),
    }
}

/// The request, as its page and links to it are called.
pub(super) fn title(request: &PrivacyRequestBody, text: &Text) -> String {
    let (what, date) = (text.say(name(request.kind)), text.date(request.received_at));
    text.say_with("request-of", [("what", what.into()), ("date", date.into())])
}

/// How it stands, in a word or two.
pub(super) fn label(request: &PrivacyRequestBody) -> &'static str {
    match (request.state, request.kind) {
        (State::Received, _) => id!("request-label-received"),
        (State::CoolingOff, _) => id!("request-label-waiting"),
        (State::Running, _) => id!("request-label-running"),
        (State::Packaging, _) => id!("request-label-packaging"),
        (State::Verifying, _) => id!("request-label-verifying"),
        (State::Completed, Kind::Erasure) if is_reopened(request) => id!("request-label-running"),
        (State::Completed, Kind::Erasure) => id!("request-label-done"),
        (State::Completed, Kind::Export) if available(request).is_some() => id!("request-label-ready"),
        (State::Completed | State::Expired, _) => id!("request-label-gone"),
        (State::Cancelled, _) => id!("request-label-cancelled"),
    }
}

/// How it stands, in a sentence: why it waits, where it does.
pub(super) fn says(request: &PrivacyRequestBody, now: DateTime<Utc>, text: &Text) -> String {
    match request.state {
        State::Received => text.say("request-says-received"),
        State::CoolingOff if now < request.starts_at => {
            text.say_with("request-says-cooling-off", [("until", text.moment(request.starts_at).into())])
        }
        State::CoolingOff => text.say("request-says-beginning"),
        State::Running | State::Verifying => at_work(request, text),
        State::Packaging => text.say("request-says-packaging"),
        State::Completed | State::Expired => done(request, text),
        State::Cancelled => text.say("request-says-cancelled"),
    }
}

fn at_work(request: &PrivacyRequestBody, text: &Text) -> String {
    let waits = |source: &&SourceBody| source.state == SourceState::WaitingToRetry;
    let waiting = request.sources.iter().find(waits);
    match (waiting.and_then(|source| Some((source, source.retry_at?))), request.kind) {
        (Some((source, at)), _) => {
            let says = match source.found_again {
                0 => id!("request-says-retry"),
                1.. => id!("request-says-found-again"),
            };
            let (source, at) = (source_name(&source.name, text), text.moment(at));
            text.say_with(says, [("source", source.into()), ("at", at.into())])
        }
        (None, Kind::Export) => text.say("request-says-collecting"),
        (None, Kind::Erasure) if request.state == State::Verifying => text.say("request-says-verifying"),
        (None, Kind::Erasure) => text.say("request-says-erasing"),
    }
}

fn done(request: &PrivacyRequestBody, text: &Text) -> String {
    match (request.kind, available(request)) {
        (Kind::Erasure, _) if is_reopened(request) => text.say("request-says-reopened"),
        (Kind::Erasure, _) => match request.next_reading_at {
            Some(at) => text.say_with("request-says-done-read-again", [("at", text.moment(at).into())]),
            None => text.say("request-says-done"),
        },
        (Kind::Export, Some(copy)) => {
            text.say_with("request-says-ready", [("until", text.moment(copy.expires_at).into())])
        }
        (Kind::Export, None) => match request.archive.as_ref().and_then(|copy| copy.ended) {
            Some(ArchiveEnd::Disabled) => text.say("request-says-disabled"),
            Some(ArchiveEnd::Erased) => text.say("request-says-erased"),
            Some(ArchiveEnd::Expired) | None => text.say("request-says-expired"),
        },
    }
}

/// Whether a reading after completion found something that is not erased yet.
fn is_reopened(request: &PrivacyRequestBody) -> bool {
    request.kind == Kind::Erasure
        && request.state == State::Completed
        && request.sources.iter().any(|source| source.state != SourceState::Done)
}

/// By when it is answered, while it is not.
pub(super) fn due(request: &PrivacyRequestBody, now: DateTime<Utc>, text: &Text) -> Option<String> {
    if request.state.is_closed() {
        return None;
    }
    let date = || text.date(request.due_at).into();
    let Ok(left) = (request.due_at - now).to_std() else {
        return Some(text.say_with("request-overdue", [("date", date())]));
    };
    let days = left.as_secs() / (24 * 60 * 60);
    let left = text.say_with("request-days-left", [("days", days.into())]);
    Some(format!("{} {left}", text.say_with("request-due", [("date", date())])))
}

/// The copy, while it can be had.
pub(super) fn available(request: &PrivacyRequestBody) -> Option<&ArchiveBody> {
    request.archive.as_ref().filter(|copy| copy.available)
}

/// Whether it can still be cancelled: an erasure until it starts, an export until its parts are packed.
pub(super) fn can_be_cancelled(request: &PrivacyRequestBody, now: DateTime<Utc>) -> bool {
    let is_early = match request.state {
        State::Received | State::CoolingOff | State::Running => true,
        State::Packaging | State::Verifying | State::Completed | State::Expired | State::Cancelled => false,
    };
    is_early && request.cancellable_until.is_none_or(|until| now < until)
}

/// Where data lies. A source that is not known here has its own name.
pub(super) fn source_name(name: &SourceName, text: &Text) -> String {
    match name.as_str() {
        SourceName::ACCOUNT => text.say("request-source-account"),
        SourceName::USAGE => text.say("request-source-usage"),
        SourceName::ARCHIVES => text.say("request-source-archives"),
        other => {
            let words = other.replace(['_', '-'], " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};
    use chrono::Duration;
    use serde_json::{Value, json};

    fn now() -> DateTime<Utc> {
        "2026-03-12T12:00:00Z".parse().unwrap()
    }

    /// A request as `/v1` shows it.
    pub(in super::super) fn request(members: &Value) -> PrivacyRequestBody {
        let mut request = json!({
            "id": "req_00000000000000000000000001", "version": 3, "kind": "export", "regulation": "gdpr",
            "state": "running", "received_at": "2026-03-10T12:00:00Z", "due_at": "2026-04-10T21:59:59Z",
            "starts_at": "2026-03-10T12:00:00Z", "cancellable_until": null, "closed_at": null, "sources": [],
            "next_reading_at": null, "notices": [], "undeliverable": [], "archive": null,
        });
        for (name, value) in members.as_object().unwrap() {
            request[name] = value.clone();
        }
        serde_json::from_value(request).unwrap()
    }

    /// A copy that ended so.
    pub(in super::super) fn copy(ended: &Value) -> Value {
        json!({
            "bytes": 34_560_000, "sha256": "ab", "expires_at": "2026-03-19T12:00:00Z", "downloaded_at": null,
            "ended": ended, "available": ended.is_null(), "path": "/v1/…",
        })
    }

    fn english(members: &Value) -> (String, String) {
        let (request, text) = (request(members), Catalogue::built_in().text(Language::En));
        (text.say(label(&request)), says(&request, now(), &text))
    }

    #[test]
    fn every_state_has_words_in_every_language() {
        let states: Vec<_> = State::OPEN.iter().chain(&State::CLOSED).map(|state| state.as_str()).collect();
        for language in Language::ALL {
            let text = Catalogue::built_in().text(language);
            for (kind, state) in ["export", "erasure"]
                .into_iter()
                .flat_map(|kind| states.iter().map(move |state| (kind, state)))
            {
                let request = request(&json!({"kind": kind, "state": state}));
                let said = says(&request, now(), &text);
                assert!(said.ends_with('.') && said.len() > 20, "{kind} {state}: {said}");
                assert!(!text.say(label(&request)).starts_with("request-"), "{kind} {state}");
            }
        }
    }

    #[test]
    fn one_that_waits_says_what_for_and_until_when() {
        let source = json!({
            "name": "crm_archive", "state": "waiting_to_retry", "records": 0, "attempts": 2,
            "retry_at": "2026-03-12T12:30:00Z", "counts": {}, "readings": 0,
            "found_again": 0,
        });
        let (label, says) = english(&json!({"sources": [source]}));
        assert_eq!(label, "In progress");
        assert!(says.contains("“Crm archive”") && says.contains("12 March 2026, 12:30 UTC"), "{says}");
        let cooling = json!({"kind": "erasure", "state": "cooling_off", "starts_at": "2026-03-13T12:00:00Z"});
        assert!(english(&cooling).1.contains("until 13 March 2026, 12:00"));
    }

    #[test]
    fn an_erasure_that_is_read_again_says_so_and_one_where_something_was_left_too() {
        let source = |state: &str, found_again: u32| {
            json!({"name": "usage", "state": state, "records": 3, "attempts": 0, "counts": {"usage_events": 3},
                "readings": 0, "retry_at": "2026-03-12T12:30:00Z", "found_again": found_again})
        };
        let erasure = |state: &str, source: Value| {
            english(&json!({"kind": "erasure", "state": state, "sources": [source]}))
        };
        assert!(erasure("verifying", source("erased", 0)).1.contains("looking into each place again"));
        let found = erasure("verifying", source("waiting_to_retry", 1)).1;
        assert!(found.contains("still there") && found.contains("12 March 2026, 12:30 UTC"), "{found}");
        let (label, says) = erasure("completed", source("running", 1));
        assert!(label == "In progress" && says.contains("deleting it now"), "{label}: {says}");
        let later =
            json!({"kind": "erasure", "state": "completed", "next_reading_at": "2026-03-13T12:00:00Z"});
        assert!(english(&later).1.contains("once more: 13 March 2026, 12:00 UTC"));
    }

    #[test]
    fn a_copy_is_ready_or_says_why_it_is_not() {
        let done = |ended: Value| english(&json!({"state": "completed", "archive": copy(&ended)}));
        assert_eq!(done(Value::Null).0, "Ready");
        for (ended, word) in [("expired", "over"), ("disabled", "disabled"), ("erased", "together")] {
            let (label, says) = done(json!(ended));
            assert!(label == "No longer available" && says.contains(word), "{ended}: {says}");
        }
    }

    #[test]
    fn days_are_counted_until_the_answer_is_due_and_a_late_one_says_so() {
        let text = Catalogue::built_in().text(Language::En);
        let told = |left: Duration| due(&request(&json!({"due_at": now() + left})), now(), &text).unwrap();
        assert!(told(Duration::days(29) + Duration::hours(5)).ends_with("29 days are left."));
        assert!(told(Duration::hours(30)).ends_with("1 day is left."));
        assert!(told(Duration::hours(3)).ends_with("Less than a day is left."));
        assert!(told(-Duration::hours(3)).contains("sorry"));
        assert_eq!(due(&request(&json!({"state": "cancelled"})), now(), &text), None);
    }

    #[test]
    fn an_erasure_is_cancelled_until_it_starts_and_an_export_until_it_is_packed() {
        let can = |members| can_be_cancelled(&request(&members), now());
        assert!(can(json!({})) && can(json!({"state": "received"})));
        assert!(!can(json!({"state": "packaging"})) && !can(json!({"state": "completed"})));
        let cooling = |until: &str| can(json!({"state": "cooling_off", "cancellable_until": until}));
        assert!(cooling("2026-03-12T12:00:01Z") && !cooling("2026-03-12T12:00:00Z"));
    }
}
