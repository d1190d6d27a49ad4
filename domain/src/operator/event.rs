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
}

impl DomainEvent for OperatorEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Created { .. } => "operator.created",
            Self::Revoked {} => "operator.revoked",
            Self::Viewed { .. } => "operator.viewed",
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
            Self::Viewed { what } => match what {
                OperatorViewed::Checkpoint => {
                    "The operator looked at the newest checkpoint of the log".to_owned()
                }
                OperatorViewed::ParkedEvents => {
                    "The operator looked at events that read models could not take".to_owned()
                }
            },
        }
    }
}
