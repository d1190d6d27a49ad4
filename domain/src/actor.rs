//! The sender of a command.

use std::fmt;

use crate::{AccountId, OperatorId};

/// The sender of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An account holder.
    Account(AccountId),
    /// A person who runs the service.
    Operator(OperatorId),
    /// The service itself, carrying on with what was asked for.
    Service,
}

impl Actor {
    /// The account, if it is one.
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Operator(_) | Self::Service => None,
        }
    }
}

impl fmt::Display for Actor {
    /// As it stands in the metadata of events: an id, or `service`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Operator(id) => id.fmt(f),
            Self::Service => f.write_str("service"),
        }
    }
}
