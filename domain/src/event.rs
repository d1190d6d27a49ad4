//! An event of any aggregate, read back from where it was stored.
//!
//! Whoever reads events of several aggregates (a read model, a history) reads them here, so that all of
//! them take the same for an event and refuse the same.

use cqrs_es::{Aggregate, DomainEvent};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::account::{Account, AccountEvent};
use crate::privacy_request::{PrivacyRequest, PrivacyRequestEvent};
use crate::sentence::Sentence;

/// An event of any aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Of an account.
    Account(AccountEvent),
    /// Of a privacy request.
    PrivacyRequest(PrivacyRequestEvent),
}

/// What a stored event says of its own form.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The kind of aggregate.
    pub aggregate_type: &'a str,
    /// The type of the event.
    pub event_type: &'a str,
    /// The version of its form.
    pub event_version: &'a str,
}

/// A stored event that this release cannot read. It quotes nothing of the event but its type and version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownForm {
    /// This release knows no such aggregate.
    #[error("there is no kind of aggregate called {0}")]
    Aggregate(String),
    /// It is something else than its type and version say.
    #[error(
        "an event of type {event_type}, version {event_version}, has not the form it should have ({what})"
    )]
    Event {
        /// Its type.
        event_type: String,
        /// Its version.
        event_version: String,
        /// In which respect.
        what: &'static str,
    },
}

impl Event {
    /// Reads an opened event of this release's form.
    ///
    /// # Errors
    /// [`UnknownForm`].
    pub fn from_text(form: Form<'_>, payload: &str) -> Result<Self, UnknownForm> {
        Self::read(form, payload, TextReader)
    }

    /// As [`from_text`](Self::from_text), from JSON that was parsed already.
    ///
    /// # Errors
    /// [`UnknownForm`].
    pub fn from_value(form: Form<'_>, payload: Value) -> Result<Self, UnknownForm> {
        Self::read(form, payload, ValueReader)
    }

    fn read<S, R: Reader<S>>(form: Form<'_>, payload: S, reader: R) -> Result<Self, UnknownForm> {
        match form.aggregate_type {
            Account::TYPE => checked(form, reader.read(payload)).map(Self::Account),
            PrivacyRequest::TYPE => checked(form, reader.read(payload)).map(Self::PrivacyRequest),
            other => Err(UnknownForm::Aggregate(other.to_owned())),
        }
    }

    /// What happened, in words; see [`Sentence`].
    pub fn sentence(&self) -> String {
        match self {
            Self::Account(event) => event.sentence(),
            Self::PrivacyRequest(event) => event.sentence(),
        }
    }
}

/// The two forms in which a payload comes.
trait Reader<S> {
    fn read<E: DeserializeOwned>(self, payload: S) -> Result<E, serde_json::Error>;
}

struct TextReader;
struct ValueReader;

impl Reader<&str> for TextReader {
    fn read<E: DeserializeOwned>(self, payload: &str) -> Result<E, serde_json::Error> {
        serde_json::from_str(payload)
    }
}

impl Reader<Value> for ValueReader {
    fn read<E: DeserializeOwned>(self, payload: Value) -> Result<E, serde_json::Error> {
        serde_json::from_value(payload)
    }
}

/// An event must be what its type and version say: a later release may have given the same members
/// another meaning.
fn checked<E: DomainEvent>(form: Form<'_>, read: Result<E, serde_json::Error>) -> Result<E, UnknownForm> {
    let misfit = |what| UnknownForm::Event {
        event_type: form.event_type.to_owned(),
        event_version: form.event_version.to_owned(),
        what,
    };
    // The text of serde's own error may quote what is stored.
    let event = read.map_err(|_| misfit("its members"))?;
    if event.event_type() != form.event_type {
        return Err(misfit("its type"));
    }
    if event.event_version() != form.event_version {
        return Err(misfit("its version"));
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(event_type: &'static str, event_version: &'static str) -> Form<'static> {
        Form { aggregate_type: "account", event_type, event_version }
    }

    #[test]
    fn an_event_is_read_from_text_and_from_json() {
        let form = form("account.password_changed", "1");
        let payload = json!({"event": "password_changed"});
        let event = Event::Account(AccountEvent::PasswordChanged {});
        assert_eq!(Event::from_text(form, &payload.to_string()), Ok(event.clone()));
        assert_eq!(Event::from_value(form, payload), Ok(event));
    }

    #[test]
    fn what_is_not_what_it_says_is_refused_and_not_quoted() {
        let payload = json!({"event": "password_changed", "email": "ada@example.com"});
        let refused = |form| Event::from_value(form, payload.clone()).unwrap_err().to_string();
        assert!(refused(form("account.signed_in", "1")).contains("its type"));
        assert!(refused(form("account.password_changed", "2")).contains("its version"));
        let malformed = json!({"event": "registered", "email": "ada@example.com"});
        let said = Event::from_value(form("account.registered", "1"), malformed).unwrap_err().to_string();
        assert!(said.contains("its members") && !said.contains("ada@"), "{said}");
        let ship = Form { aggregate_type: "spaceship", ..form("spaceship.left", "1") };
        assert!(Event::from_value(ship, json!({})).is_err());
    }
}
