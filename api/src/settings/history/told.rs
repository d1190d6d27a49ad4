//! An event of a history in a sentence of the person's language.
//!
//! Each type of event has a text, whose variables are values of the event ([`SENTENCES`]). An event that this release has
//! no words for is told in those of `/v1`.

mod sentences;
#[cfg(test)]
mod tests;

use catalogue::{Argument, Text};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::routes::history::HistoryEntry;
use sentences::SENTENCES;

/// Who reads, in which language.
#[derive(Clone, Copy)]
pub(in crate::settings) struct Reader<'a> {
    pub(in crate::settings) text: &'a Text,
    /// The account whose history it is.
    pub(in crate::settings) account: &'a str,
    /// Whether it is its holder who reads; else an operator.
    pub(in crate::settings) is_holder: bool,
}

/// How a value is put into a sentence. What is not there is "none".
#[derive(Clone, Copy)]
enum How {
    /// As it is: a word of a few, by which the text chooses its form, or a name.
    Word,
    /// When, to the minute.
    Moment,
    /// On which day.
    Day,
    /// How many.
    Count,
    /// How many there are in a list.
    Items,
    /// How many in all, of counts by name.
    Sum,
    /// Whether there is one: "yes" or "none".
    IsThere,
    /// "on" or "off".
    Switch,
    /// A size.
    Size,
    /// Whether it is the account of who reads: "you" or "other".
    Who,
    /// What a message was about.
    Notice,
    /// What a mail about a privacy request was about.
    RequestNotice,
    /// Why a message did not arrive; with the reason where none is told.
    Reason(&'static str),
}

/// The text of a type of event, and its variables: each with the place of its value, as a JSON pointer.
struct Sentence {
    event_type: &'static str,
    id: &'static str,
    with: &'static [(&'static str, &'static str, How)],
}

/// What happened.
pub(in crate::settings) fn sentence(reader: Reader<'_>, entry: &HistoryEntry) -> String {
    let Some(found) = SENTENCES.iter().find(|sentence| sentence.event_type == entry.r#type) else {
        return entry.what.clone();
    };
    let arguments = found.with.iter().map(|(name, pointer, how)| {
        let value = entry.data.pointer(pointer).filter(|value| !value.is_null());
        (*name, how.argument(reader, value))
    });
    reader.text.say_given(found.id, arguments)
}

impl How {
    fn argument(self, reader: Reader<'_>, value: Option<&Value>) -> Argument {
        let text = reader.text;
        let word = value.and_then(Value::as_str);
        let none = || Argument::from("none");
        let at = || word?.parse::<DateTime<Utc>>().ok();
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        match self {
            Self::Word => match value {
                Some(Value::Bool(true)) => "yes".into(),
                Some(Value::Bool(false)) => "no".into(),
                _ => word.map_or_else(none, Argument::from),
            },
            Self::Moment => at().map_or_else(none, |at| text.moment(at).into()),
            Self::Day => at().map_or_else(none, |at| text.date(at).into()),
            Self::Count => value.map(number).unwrap_or_default().into(),
            Self::Items => value.and_then(Value::as_array).map_or(0, Vec::len).into(),
            Self::Sum => {
                let counts = value.and_then(Value::as_object).into_iter().flat_map(|counts| counts.values());
                counts.map(number).sum::<u64>().into()
            }
            Self::IsThere => value.map_or_else(none, |_| "yes".into()),
            Self::Switch => {
                value.and_then(Value::as_bool).map_or_else(none, |on| if on { "on" } else { "off" }.into())
            }
            Self::Size => text.bytes(value.map(number).unwrap_or_default()).into(),
            Self::Who => {
                if reader.is_holder && word == Some(reader.account) { "you" } else { "other" }.into()
            }
            Self::Notice => {
                text.say_with("history-notice", [("notice", word.unwrap_or_default().into())]).into()
            }
            Self::RequestNotice => {
                text.say_with("history-request-notice", [("notice", word.unwrap_or_default().into())]).into()
            }
            Self::Reason(otherwise) => {
                text.say_with("history-undeliverable", [("reason", word.unwrap_or(otherwise).into())]).into()
            }
        }
    }
}
