//! Every event in words, for the history a person or an auditor reads.

use chrono::{DateTime, Utc};

/// Events that can be told in a sentence.
pub trait Sentence {
    /// What happened, in plain English, without a full stop. Personal values that were erased
    /// read as such.
    fn sentence(&self) -> String;
}

/// A name that a user chose, set apart from our own words.
pub(crate) fn quoted(name: &str) -> String {
    format!("“{name}”")
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
