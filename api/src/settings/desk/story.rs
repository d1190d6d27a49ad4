//! What happened to a request, from its receipt on, and what is to come, as a time line.

use catalogue::{Text, id};
use chrono::{DateTime, Utc};
use domain::privacy_request::Kind;
use maud::{Markup, html};

use super::words;
use crate::routes::history::HistoryEntry;
use crate::routes::privacy_requests::{SourceBody, SourceState};
use crate::settings::history::{Reader, by_whom, sentence};

/// Everything that happened, oldest first; at its end by when it is to be answered, while it is not.
pub(super) fn time_line(reader: Reader<'_>, entries: &[HistoryEntry], due: Option<DateTime<Utc>>) -> Markup {
    let text = reader.text;
    html! {
        ol class="steps" {
            @for entry in entries {
                li class="past" {
                    (sentence(reader, entry))
                    br;
                    span class="quiet" {
                        time datetime=(entry.at.to_rfc3339()) { (text.moment(entry.at)) }
                        @for part in by_whom(reader, entry) { " · " (part) }
                    }
                }
            }
            @if let Some(due) = due {
                li class="later" {
                    (text.say("desk-story-due"))
                    br;
                    time class="quiet" datetime=(due.to_rfc3339()) { (text.moment(due)) }
                }
            }
        }
    }
}

/// How far each source is.
pub(super) fn sources(text: &Text, kind: Kind, sources: &[SourceBody]) -> Markup {
    let (label, all) = (text.say("request-sources"), sources.len());
    let done = sources.iter().filter(|source| source.state == SourceState::Done).count();
    let count = text.say_with("request-sources-count", [("done", done.into()), ("all", all.into())]);
    let heads = [
        id!("request-sources-where"),
        id!("request-sources-state"),
        id!("request-sources-result"),
        id!("desk-source-attempts"),
    ];
    let table = html! {
        table {
            caption class="unseen" { (label) }
            thead { tr { @for head in heads { th scope="col" { (text.say(head)) } } } }
            tbody {
                @for source in sources {
                    tr {
                        th scope="row" { (words::source(&source.name, text)) }
                        td { (state(text, source)) }
                        td { (result(text, kind, source)) }
                        td { (source.attempts) }
                    }
                }
            }
        }
    };
    html! {
        p { progress max=(all) value=(done) aria-label=(label) { (count) } " " (count) }
        (words::table(&label, &table))
    }
}

fn state(text: &Text, source: &SourceBody) -> String {
    let state = match (source.state, source.retry_at) {
        (SourceState::Pending, _) => text.say("request-source-pending"),
        (SourceState::WaitingToRetry, Some(at)) => {
            text.say_with("request-source-waiting", [("at", text.moment(at).into())])
        }
        (SourceState::Running | SourceState::WaitingToRetry, _) => text.say("request-source-running"),
        (SourceState::Erased, _) => text.say("request-source-erased"),
        (SourceState::Done, _) => text.say("request-source-done"),
    };
    match source.found_again {
        0 => state,
        times => format!("{state} · {}", text.say_with("desk-source-found-again", [("times", times.into())])),
    }
}

/// What it has handled: of an erasure that is done, what it erased.
fn result(text: &Text, kind: Kind, source: &SourceBody) -> String {
    let count = match (kind, source.state) {
        (Kind::Erasure, SourceState::Erased | SourceState::Done) => source.counts.values().sum(),
        (Kind::Erasure, SourceState::Pending | SourceState::Running | SourceState::WaitingToRetry)
        | (Kind::Export, _) => source.records,
    };
    text.say_with("desk-source-records", [("count", count.into())])
}
