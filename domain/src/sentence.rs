//! Every event in words, for the history a person or an auditor reads.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::event::{Event, EventHeader};

/// Events that can be told in a sentence.
pub trait Sentence {
    /// What happened, in plain English, without a full stop. Personal values that were erased
    /// read as such.
    fn sentence(&self) -> String;
}

/// The sentence for a stored event, opened, of any aggregate. An event this release does not know
/// reads as its type.
pub fn sentence_of(form: EventHeader<'_>, payload: &Value) -> String {
    match Event::from_value(form, payload.clone()) {
        Ok(event) => event.sentence(),
        Err(_) => format!("An event of type {}", form.event_type),
    }
}

/// A number of things.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A day in words.
pub(crate) fn date(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

/// An instant in words.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y at %H:%M:%S UTC").to_string()
}
