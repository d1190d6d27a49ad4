//! Words that several pages of the desk share.

use catalogue::{Text, id};
use domain::privacy_request::{Kind, SourceName, State};
use maud::{Markup, html};

/// What was asked for.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Export => id!("desk-kind-export"),
        Kind::Erasure => id!("desk-kind-erasure"),
    }
}

/// Where a request stands.
pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Received => id!("state-request-is-received"),
        State::CoolingOff => id!("state-request-is-cooling-off"),
        State::Running => id!("state-request-is-running"),
        State::Packaging => id!("state-request-is-packaging"),
        State::Verifying => id!("state-request-is-verifying"),
        State::Completed => id!("state-request-is-completed"),
        State::Expired => id!("state-request-is-expired"),
        State::Cancelled => id!("state-request-is-cancelled"),
    }
}

/// How many days are left; negative ones say how late it is.
pub(super) fn days_left(text: &Text, days: i64) -> String {
    let count = days.unsigned_abs();
    match days {
        ..0 => text.say_with("desk-days-late", [("days", count.into())]),
        0.. => text.say_with("desk-days-left", [("days", count.into())]),
    }
}

/// Where data lies. A source that is not known here has its own name.
pub(super) fn source(name: &SourceName, text: &Text) -> String {
    match name.as_str() {
        SourceName::ACCOUNT => text.say("desk-source-account"),
        SourceName::USAGE => text.say("desk-source-usage"),
        SourceName::ARCHIVES => text.say("desk-source-archives"),
        other => other.to_owned(),
    }
}

/// A row of a list of facts.
pub(super) fn row(name: &str, value: &Markup) -> Markup {
    html! { div class="row" { dt { (name) } dd { (value) } } }
}

/// The links from one page of a list to the first and the next.
pub(super) fn pages(text: &Text, first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav class="actions" aria-label=(text.say("desk-pages")) {
                @if let Some(first) = first {
                    a class="button plain" href=(first) { (text.say("desk-pages-first")) }
                }
                @if let Some(next) = next {
                    a class="button plain" rel="next" href=(next) { (text.say("desk-pages-next")) }
                }
            }
        }
    }
}

/// A table that may be wider than its page.
pub(super) fn table(label: &str, table: &Markup) -> Markup {
    html! { div class="table roomy" tabindex="0" role="group" aria-label=(label) { (table) } }
}
