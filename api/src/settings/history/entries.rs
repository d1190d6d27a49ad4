//! Events of a history: day by day, each with its time, what happened, who did it, and from where.

use catalogue::Text;
use chrono::{DateTime, NaiveDate, Utc};
use maud::{Markup, html};

use super::told::{Reader, sentence};
use crate::routes::history::HistoryEntry;
use crate::settings::device_words;

/// What stands for a value that was erased.
const ERASED: &str = "[erased]";

/// Events, newest first, below the days on which they happened.
pub(in crate::settings) fn by_day(reader: Reader<'_>, entries: &[HistoryEntry]) -> Markup {
    let day_of = |at: DateTime<Utc>| at.with_timezone(&reader.text.zone()).date_naive();
    html! {
        @for day in entries.chunk_by(|one, other| day_of(one.at) == day_of(other.at)) {
            @let date = day.first().map(|entry| day_of(entry.at)).unwrap_or_default();
            (one_day(reader, date, day))
        }
    }
}

fn one_day(reader: Reader<'_>, date: NaiveDate, entries: &[HistoryEntry]) -> Markup {
    let id = format!("day-{date}");
    html! {
        section class="card" aria-labelledby=(id) {
            h2 id=(id) { (reader.text.day(date)) }
            (list(reader, entries, false))
        }
    }
}

/// Events, newest first, each with the day and the time at which it happened.
pub(in crate::settings) fn newest(reader: Reader<'_>, entries: &[HistoryEntry]) -> Markup {
    list(reader, entries, true)
}

fn list(reader: Reader<'_>, entries: &[HistoryEntry], is_dated: bool) -> Markup {
    let when = |at| if is_dated { reader.text.moment(at) } else { reader.text.time(at) };
    html! {
        ol class="list" {
            @for entry in entries {
                li class={ "event" @if is_dated { " dated" } } {
                    time class="quiet" datetime=(entry.at.to_rfc3339()) { (when(entry.at)) }
                    div {
                        (sentence(reader, entry))
                        br;
                        span class="quiet" { (by_whom(reader, entry).join(" · ")) }
                    }
                }
            }
        }
    }
}

/// Who did it, with what and from where.
pub(in crate::settings) fn by_whom(reader: Reader<'_>, entry: &HistoryEntry) -> Vec<String> {
    let text = reader.text;
    let who = match entry.actor.as_str() {
        actor if actor == reader.account && reader.is_holder => text.say("history-by-you"),
        actor if actor == reader.account => text.say("history-by-holder"),
        actor if actor.starts_with("opr_") => text.say("history-by-operator"),
        actor if actor.starts_with("acc_") => match &entry.actor_name {
            Some(name) => text.say_with("history-by-name", [("name", name.into())]),
            None => text.say("history-by-another"),
        },
        _ => text.say("history-by-service"),
    };
    [Some(who), program(text, entry), address(text, entry)].into_iter().flatten().collect()
}

/// The program; where it is no browser that is known, nothing it says of itself.
fn program(text: &Text, entry: &HistoryEntry) -> Option<String> {
    let known = domain::user_agent::in_words(entry.user_agent.as_deref()?)?;
    Some(device_words::in_words(text, &known))
}

fn address(text: &Text, entry: &HistoryEntry) -> Option<String> {
    match entry.ip_address.as_deref()? {
        ERASED => Some(text.say("history-origin-erased")),
        address => Some(address.to_owned()),
    }
}
