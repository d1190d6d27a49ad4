//! An event of any aggregate, read back from where it was stored.
//!
//! All readers of events of several aggregates (a read model, a history) read them here, so that they accept the same
//! as an event and refuse the same.

use cqrs_es::{Aggregate, DomainEvent};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::account::{Account, AccountEvent};
use crate::authentication::Ending;
use crate::effect::{Effect, Effects};
use crate::notice::Notice;
use crate::operator::{Operator, OperatorEvent};
use crate::organization::{Organization, OrganizationEvent};
use crate::privacy_request::{PrivacyRequest, PrivacyRequestEvent};
use crate::project::{Project, ProjectEvent};
use crate::sentence::Sentence;
use crate::timer::{TimerChange, Timers};

/// An event of any aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Of an account.
    Account(AccountEvent),
    /// Of an operator.
    Operator(OperatorEvent),
    /// Of an organization.
    Organization(OrganizationEvent),
    /// Of a privacy request.
    PrivacyRequest(PrivacyRequestEvent),
    /// Of a project.
    Project(ProjectEvent),
}

/// What a stored event says of its own header.
#[derive(Clone, Copy, Debug)]
pub struct EventHeader<'a> {
    /// The kind of aggregate.
    pub aggregate_type: &'a str,
    /// The type of the event.
    pub event_type: &'a str,
    /// The version of its header.
    pub event_version: &'a str,
}

/// A stored event that this release cannot read. It quotes nothing of the event but its type and version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownEvent {
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
    /// Reads an opened event of this release's header.
    ///
    /// # Errors
    /// [`UnknownEvent`].
    pub fn from_text(header: EventHeader<'_>, payload: &str) -> Result<Self, UnknownEvent> {
        Self::read(header, payload, TextReader)
    }

    /// As [`from_text`](Self::from_text), from JSON that was parsed already.
    ///
    /// # Errors
    /// [`UnknownEvent`].
    pub fn from_value(header: EventHeader<'_>, payload: Value) -> Result<Self, UnknownEvent> {
        Self::read(header, payload, ValueReader)
    }

    fn read<S, R: Reader<S>>(header: EventHeader<'_>, payload: S, reader: R) -> Result<Self, UnknownEvent> {
        match header.aggregate_type {
            Account::TYPE => checked(header, reader.read(payload)).map(Self::Account),
            Operator::TYPE => checked(header, reader.read(payload)).map(Self::Operator),
            Organization::TYPE => checked(header, reader.read(payload)).map(Self::Organization),
            PrivacyRequest::TYPE => checked(header, reader.read(payload)).map(Self::PrivacyRequest),
            Project::TYPE => checked(header, reader.read(payload)).map(Self::Project),
            other => Err(UnknownEvent::Aggregate(other.to_owned())),
        }
    }

    /// The event of its aggregate.
    fn kind(&self) -> &dyn Effects {
        match self {
            Self::Account(event) => event,
            Self::Operator(event) => event,
            Self::Organization(event) => event,
            Self::PrivacyRequest(event) => event,
            Self::Project(event) => event,
        }
    }

    /// What happened, in words; see [`Sentence`].
    pub fn sentence(&self) -> String {
        match self {
            Self::Account(event) => event.sentence(),
            Self::Operator(event) => event.sentence(),
            Self::Organization(event) => event.sentence(),
            Self::PrivacyRequest(event) => event.sentence(),
            Self::Project(event) => event.sentence(),
        }
    }

    /// Which timers it sets and clears; see [`Timers`].
    pub fn timers(&self) -> Vec<TimerChange> {
        match self {
            Self::Account(event) => event.timers(),
            Self::Organization(event) => event.timers(),
            Self::Project(event) => event.timers(),
            // A request has a time of its own: see `privacy_request::next_at`.
            Self::Operator(_) | Self::PrivacyRequest(_) => Vec::new(),
        }
    }
}

/// The sentence for a stored event, opened, of any aggregate. An event this release does not know
/// reads as its type.
pub fn sentence_of(header: EventHeader<'_>, payload: &Value) -> String {
    match Event::from_value(header, payload.clone()) {
        Ok(event) => event.sentence(),
        Err(_) => format!("An event of type {}", header.event_type),
    }
}

impl Effects for Event {
    fn effects(&self) -> Vec<Effect> {
        self.kind().effects()
    }

    fn endings(&self) -> Vec<Ending> {
        self.kind().endings()
    }

    fn notices(&self) -> Vec<Notice> {
        self.kind().notices()
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
fn checked<E: DomainEvent>(
    header: EventHeader<'_>,
    read: Result<E, serde_json::Error>,
) -> Result<E, UnknownEvent> {
    let misfit = |what| UnknownEvent::Event {
        event_type: header.event_type.to_owned(),
        event_version: header.event_version.to_owned(),
        what,
    };
    // The text of serde's own error may quote what is stored.
    let event = read.map_err(|_| misfit("its members"))?;
    if event.event_type() != header.event_type {
        return Err(misfit("its type"));
    }
    if event.event_version() != header.event_version {
        return Err(misfit("its version"));
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(event_type: &'static str, event_version: &'static str) -> EventHeader<'static> {
        EventHeader { aggregate_type: "account", event_type, event_version }
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
        let ship = EventHeader { aggregate_type: "spaceship", ..form("spaceship.left", "1") };
        assert!(Event::from_value(ship, json!({})).is_err());
    }

    #[test]
    fn an_event_read_back_sets_the_timers_of_its_kind() {
        let read = |aggregate_type, event_type, payload| {
            let form = EventHeader { aggregate_type, event_type, event_version: "1" };
            Event::from_value(form, payload).unwrap().timers()
        };
        let all_cleared = vec![TimerChange::ClearAll];
        let erased = json!({"event": "personal_data_erased", "destroyed_keys": []});
        assert_eq!(read("account", "account.personal_data_erased", erased), all_cleared);
        let closed = json!({"event": "closed"});
        assert_eq!(read("organization", "organization.closed", closed), all_cleared);
        let credential = crate::CredentialId::from_uuid(uuid::Uuid::from_u128(1)).to_string();
        let revoked = json!({"event": "credentials_revoked", "credential_id": credential.clone()});
        let cleared = vec![TimerChange::clear(credential)];
        assert_eq!(read("project", "project.credentials_revoked", revoked), cleared);
        assert_eq!(read("operator", "operator.revoked", json!({"event": "revoked"})), vec![]);
        let removed = json!({"event": "parts_removed"});
        assert_eq!(read("privacy_request", "privacy_request.parts_removed", removed), vec![]);
    }
}
