//! An operator, who runs the service, and what they look at that belongs to no account.
//!
//! What an operator does to an account, an organization or a project is an event of that one, with the operator
//! as its actor. Here stands when they were let in, and what else they did.

mod event;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

pub use event::{OperatorEvent, OperatorRetried, OperatorViewed};

use crate::aggregate::handle_by_deciding;
use crate::{OperatorId, Personal, Snapshot, Standalone};

/// What an operator's token lets them do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorScope {
    /// All of the operators' routes.
    Admin,
    /// Reading histories, checkpoints and what could not be taken.
    Audit,
    /// Asking what credentials are worth, and revoking them: for gateways.
    Introspect,
    /// The privacy desk: requests and whose they are, and what keeps them from being answered.
    Privacy,
}

impl OperatorScope {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Audit, Self::Introspect, Self::Privacy];

    /// The name under which it is stored and given.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Audit => "audit",
            Self::Introspect => "introspect",
            Self::Privacy => "privacy",
        }
    }
}

impl std::fmt::Display for OperatorScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for OperatorScope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// A text that is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `admin`, `audit`, `introspect` or `privacy`")]
pub struct UnknownScope;

/// A wish concerning an operator.
#[derive(Clone, Debug)]
pub enum OperatorCommand {
    /// Let them in.
    Create {
        /// The id they shall have.
        operator_id: OperatorId,
        /// What they are called.
        name: String,
        /// What they may do.
        scopes: BTreeSet<OperatorScope>,
        /// Until when.
        expires_at: Option<DateTime<Utc>>,
    },
    /// Let them in no longer.
    Revoke,
    /// They look at something that belongs to no account.
    RecordViewed {
        /// At what.
        what: OperatorViewed,
    },
    /// They sign in at the privacy desk with their token.
    SignIn,
    /// They sign out of the privacy desk.
    SignOut,
    /// They have something that belongs to no account tried again.
    Retry {
        /// What.
        what: OperatorRetried,
    },
}

/// The aggregate: nothing before its creation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The operator, once let in.
    pub body: Option<OperatorState>,
}

/// An operator who was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorState {
    /// Their id.
    pub operator_id: OperatorId,
    /// What they are called.
    pub name: Personal<String>,
    /// What they may do.
    pub scopes: BTreeSet<OperatorScope>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// They are let in no longer.
    pub revoked: bool,
}

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperatorError {
    /// There is no such operator.
    #[error("there is no such operator")]
    Unknown,
    /// The id is taken.
    #[error("the operator was created already")]
    AlreadyCreated,
    /// Their token was revoked.
    #[error("the operator's token was revoked")]
    Revoked,
}

impl Operator {
    fn decide(
        &self,
        command: OperatorCommand,
        _now: DateTime<Utc>,
    ) -> Result<Vec<OperatorEvent>, OperatorError> {
        if let OperatorCommand::Create { operator_id, name, scopes, expires_at } = command {
            if self.body.is_some() {
                return Err(OperatorError::AlreadyCreated);
            }
            let name = Personal::profile(operator_id, name);
            return Ok(vec![OperatorEvent::Created { operator_id, name, scopes, expires_at }]);
        }
        let body = self.body.as_ref().ok_or(OperatorError::Unknown)?;
        Ok(match command {
            OperatorCommand::Revoke if !body.revoked => vec![OperatorEvent::Revoked {}],
            OperatorCommand::Create { .. } | OperatorCommand::Revoke => Vec::new(),
            OperatorCommand::SignIn if body.revoked => return Err(OperatorError::Revoked),
            OperatorCommand::RecordViewed { what } => vec![OperatorEvent::Viewed { what }],
            OperatorCommand::SignIn => vec![OperatorEvent::SignedIn {}],
            OperatorCommand::SignOut => vec![OperatorEvent::SignedOut {}],
            OperatorCommand::Retry { what } => vec![OperatorEvent::Retried { what }],
        })
    }
}

impl Standalone for Operator {}

impl Snapshot for Operator {
    const SCHEMA_VERSION: i32 = 1;
}

impl Aggregate for Operator {
    const TYPE: &'static str = "operator";
    handle_by_deciding!(OperatorCommand, OperatorEvent, OperatorError);

    fn apply(&mut self, event: OperatorEvent) {
        match event {
            OperatorEvent::Created { operator_id, name, scopes, expires_at } => {
                self.body = Some(OperatorState { operator_id, name, scopes, expires_at, revoked: false });
            }
            OperatorEvent::Revoked {} => {
                if let Some(body) = &mut self.body {
                    body.revoked = true;
                }
            }
            OperatorEvent::Viewed { .. }
            | OperatorEvent::SignedIn {}
            | OperatorEvent::SignedOut {}
            | OperatorEvent::Retried { .. } => {}
        }
    }
}
