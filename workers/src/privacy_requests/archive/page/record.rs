//! Records of the files in people's words.

use catalogue::{Argument, Text};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::Value;

/// Characters that no text holds: each stands for a piece of markup that is put in its place.
const SLOTS: [char; 3] = ['\u{1}', '\u{2}', '\u{3}'];

/// What a member says; none where it is not there, null, or no text.
pub(super) fn member<'a>(record: &'a Value, name: &str) -> Option<&'a str> {
    record[name].as_str().filter(|text| !text.is_empty())
}

/// A time in words, in the zone of the person.
pub(super) fn time(text: &Text, record: &Value, name: &str) -> Option<String> {
    let at: DateTime<Utc> = record[name].as_str()?.parse().ok()?;
    Some(text.moment_with_zone(at))
}

/// A line that explains a record, made of those parts that are there.
pub(super) fn line(parts: impl IntoIterator<Item = Option<String>>) -> Markup {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    html! { @if !parts.is_empty() { p.small { (parts.join(", ")) } } }
}

/// What is put into a text where the `n`th piece of markup is to stand; see [`filled`].
pub(super) fn slot(n: usize) -> Argument {
    SLOTS.get(n).map(char::to_string).unwrap_or_default().into()
}

/// A text with markup in its slots.
pub(super) fn filled(text: &str, markup: &[Markup]) -> Markup {
    html! {
        @for piece in text.split_inclusive(SLOTS) {
            (piece.trim_end_matches(SLOTS))
            @if let Some(place) = SLOTS.iter().position(|slot| piece.ends_with(*slot)) {
                @if let Some(markup) = markup.get(place) { (markup) }
            }
        }
    }
}

/// Words with which a list is told.
pub(super) struct Heading {
    /// What the page calls it in links.
    pub(super) id: &'static str,
    /// Its title.
    pub(super) title: String,
    /// What stands there where it is empty.
    pub(super) nothing: String,
}

/// A part of the page with a list of records, the newest first. What is not shown is in `file`.
pub(super) fn list(text: &Text, heading: &Heading, (file, records): (&str, u64), shown: &[Markup]) -> Markup {
    let more = records.saturating_sub(shown.len() as u64);
    let link = [html! { a href=(file) { (file) } }];
    html! {
        h2 id=(heading.id) { (heading.title) }
        @if shown.is_empty() && more == 0 { p { (heading.nothing) } }
        @if !shown.is_empty() {
            ul.records { @for record in shown { li { (record) } } }
        }
        @if more > 0 {
            p {
                @if shown.is_empty() {
                    (filled(&text.say_with("archive-elsewhere", [("count", more.into()), ("file", slot(0))]), &link))
                } @else {
                    (filled(&text.say_with("archive-more", [("count", more.into()), ("file", slot(0))]), &link))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stands_in_its_slot_and_words_are_escaped() {
        let markup = [html! { b { "1" } }, html! { i { "2" } }];
        let text = format!("<a> {} and {}, {}.", '\u{2}', '\u{1}', '\u{3}');
        assert_eq!(filled(&text, &markup).into_string(), "&lt;a&gt; <i>2</i> and <b>1</b>, .");
        assert_eq!(filled("plain", &markup).into_string(), "plain");
    }
}
