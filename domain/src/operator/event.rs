//! What happened to an operator, and what they looked at. Stored for ever: types are never renamed, fields never
//! change their meaning.

// A new event must be thought of here: the compiler says so.
#![warn(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::OperatorScope;
use crate::sentence::{Sentence, date};
use crate::{Effects, OperatorId, Personal};

/// What an operator looked at that belongs to no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorViewed {
    /// The newest checkpoint of the log.
    Checkpoint,
    /// Events that read models could not take.
    ParkedEvents,
    /// Privacy requests of all accounts, without what is personal in them.
    PrivacyRequests,
    /// How many privacy requests there were, and how long they took.
    PrivacyStatistics,
    /// Whether an account has an address or an id.
    Accounts,
    /// Messages that wait because they were not taken.
    Messages,
    /// How the log stands: its newest checkpoint and verification, and how far read models are.
    LogHealth,
    /// Who else is let in.
    Operators,
}

/// What an operator had tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorRetried {
    /// Events that read models could not take.
    ParkedEvents,
    /// Messages that were not taken.
    Messages,
}

/// Something that happened to an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum OperatorEvent {
    /// They were let in.
    Created {
        /// Their id.
        operator_id: OperatorId,
        /// What they are called.
        name: Personal<String>,
        /// What they may do.
        scopes: BTreeSet<OperatorScope>,
        /// Until when.
        expires_at: Option<DateTime<Utc>>,
    },
    /// They are let in no longer.
    Revoked {},
    /// They looked at something that belongs to no account.
    Viewed {
        /// At what.
        what: OperatorViewed,
    },
    /// They signed in at the privacy desk with their token.
    SignedIn {},
    /// They signed out of the privacy desk.
    SignedOut {},
    /// They had something that belongs to no account tried again.
    Retried {
        /// What.
        what: OperatorRetried,
    },
}

impl DomainEvent for OperatorEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Created { .. } => "operator.created",
            Self::Revoked {} => "operator.revoked",
            Self::Viewed { .. } => "operator.viewed",
            Self::SignedIn {} => "operator.signed_in",
            Self::SignedOut {} => "operator.signed_out",
            Self::Retried { .. } => "operator.retried",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Effects for OperatorEvent {}

impl Sentence for OperatorEvent {
    fn sentence(&self) -> String {
        match self {
            Self::Created { scopes, expires_at, .. } => {
                let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
                let until = expires_at.map(|at| format!(", until {}", date(at))).unwrap_or_default();
                format!("An operator was let in, with scope {}{until}", scopes.join(", "))
            }
            Self::Revoked {} => "The operator's token was revoked".to_owned(),
            Self::Viewed { what } => format!("The operator looked at {}", viewed(*what)),
            Self::SignedIn {} => "The operator signed in at the privacy desk".to_owned(),
            Self::SignedOut {} => "The operator signed out of the privacy desk".to_owned(),
            Self::Retried { what } => match what {
                OperatorRetried::ParkedEvents => {
                    "The operator had events tried again that read models could not take".to_owned()
                }
                OperatorRetried::Messages => {
                    "The operator had messages tried again that were not taken".to_owned()
                }
            },
        }
    }
}

fn viewed(what: OperatorViewed) -> &'static str {
    match what {
        OperatorViewed::Checkpoint => "the newest checkpoint of the log",
        OperatorViewed::ParkedEvents => "events that read models could not take",
        OperatorViewed::PrivacyRequests => "privacy requests of all accounts",
        OperatorViewed::PrivacyStatistics => "how many privacy requests there were, and how long they took",
        OperatorViewed::Accounts => "whether there is an account of an address or an id",
        OperatorViewed::Messages => "messages that wait because they were not taken",
        OperatorViewed::LogHealth => "how the log stands",
        OperatorViewed::Operators => "who else is let in",
    }
}
