//! Who sends a command, from where and in which session, and what is written with its events.

use std::collections::HashMap;
use std::net::IpAddr;

use domain::{AccountId, Actor, EventId, SessionId};
use uuid::Uuid;

use super::contention::Precedence;
use crate::records::RecordWrite;
use crate::records::authentication::InSession;
use crate::records::idempotency::ExecutionMark;

/// From where a command comes: personal data, sealed with their `activity` key.
#[derive(Clone, Default)]
pub struct Origin {
    /// The address they come from.
    pub ip_address: Option<IpAddr>,
    /// The program they use.
    pub user_agent: Option<String>,
}

/// Who sends a command, from where, and in consequence of what.
#[derive(Clone)]
pub struct CommandContext {
    /// Who.
    pub actor: Actor,
    /// From where; nothing for the service itself.
    pub origin: Origin,
    /// The event that led to the command.
    pub causation: Option<EventId>,
    /// What all commands of one wish have in common.
    pub correlation: Uuid,
    /// The request that leads to it, if it is to be carried out once.
    pub once: Option<ExecutionMark>,
    /// The session in which it is asked for, if any.
    pub session: Option<InSession>,
    /// Before whom it goes, where others want the same.
    pub precedence: Precedence,
}

impl CommandContext {
    /// The service itself acts, carrying on with wish `correlation`.
    pub fn service(correlation: Uuid) -> Self {
        Self {
            actor: Actor::Service,
            origin: Origin::default(),
            causation: None,
            correlation,
            once: None,
            session: None,
            precedence: Precedence::Ordinary,
        }
    }

    /// The same, asked for in `session` and no other.
    #[must_use]
    pub fn with_session(self, session: Option<SessionId>) -> Self {
        let own = self.session.filter(|own| Some(own.session) == session);
        let other = || session.map(|session| InSession { session, proved_since: None });
        Self { session: own.or_else(other), ..self }
    }

    /// The account that sends the command.
    pub(crate) fn sender(&self) -> Option<AccountId> {
        self.actor.account()
    }

    /// The session that goes on where a change of the account ends others.
    pub(crate) fn own_session(&self) -> Option<SessionId> {
        self.session.map(|session| session.session)
    }

    /// What goes into the records with the events of a command, in this order: that its request was carried out,
    /// since with a session that ends what is known of that goes too; what must still count and is used up; what `ends`
    /// with the events; what comes anew.
    pub(crate) fn records(&self, extras: &CommitExtras, ends: Vec<RecordWrite>) -> Vec<RecordWrite> {
        let sudo = self.session.and_then(|InSession { session, proved_since }| {
            Some(RecordWrite::RequireSudo { session, proved_since: proved_since? })
        });
        let (before, after): (Vec<_>, Vec<_>) =
            extras.records.iter().cloned().partition(RecordWrite::rests_on_before);
        let once = self.once.clone().map(RecordWrite::MarkCompleted);
        once.into_iter().chain(sudo).chain(before).chain(ends).chain(after).collect()
    }

    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        let mut metadata = HashMap::from([
            ("actor".to_owned(), self.actor.to_string()),
            ("correlation_id".to_owned(), self.correlation.to_string()),
        ]);
        let optional = [
            ("causation_id", self.causation.map(|id| id.to_string())),
            ("ip_address", self.origin.ip_address.map(|ip| ip.to_string())),
            ("user_agent", self.origin.user_agent.clone()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                metadata.insert(name.to_owned(), value);
            }
        }
        metadata
    }
}

/// What is written with the events of a command, if it has any.
#[derive(Clone, Default)]
pub struct CommitExtras {
    /// Writes to the records.
    pub records: Vec<RecordWrite>,
    /// Keys that must still live.
    pub required_keys: Vec<Uuid>,
}
