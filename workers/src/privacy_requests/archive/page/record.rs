//! Records of the files in people's words.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::Value;

use crate::text;

/// What a member says; none where it is not there, null, or no text.
pub(super) fn text<'a>(record: &'a Value, name: &str) -> Option<&'a str> {
    record[name].as_str().filter(|text| !text.is_empty())
}

/// A time in words.
pub(super) fn time(record: &Value, name: &str) -> Option<String> {
    let at: DateTime<Utc> = record[name].as_str()?.parse().ok()?;
    Some(text::time(at).to_string())
}

/// A line that explains a record, made of those parts that are there.
pub(super) fn line(parts: impl IntoIterator<Item = Option<String>>) -> Markup {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    html! { @if !parts.is_empty() { p.small { (parts.join(", ")) } } }
}

/// A part of the page with a list of records, the newest first. What is not shown is in `file`.
pub(super) fn list(
    (id, title): (&str, &str),
    (file, records): (&str, u64),
    shown: &[Markup],
    nothing: &str,
) -> Markup {
    let more = records.saturating_sub(shown.len() as u64);
    html! {
        h2 id=(id) { (title) }
        @if shown.is_empty() && more == 0 { p { (nothing) } }
        @if !shown.is_empty() {
            ul.records { @for record in shown { li { (record) } } }
        }
        @if more > 0 {
            p {
                @if shown.is_empty() { (text::number(more)) " records are" }
                @else if more == 1 { "One more is" }
                @else { (text::number(more)) " more are" }
                " in " a href=(file) { (file) } "."
            }
        }
    }
}
