//! Who wishes something, where that decides whether it is granted.

use crate::AccountId;

/// Who sends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// An account holder.
    Account(AccountId),
    /// Someone who runs the service.
    Operator,
    /// The service itself, carrying on with what somebody asked for.
    Service,
}

impl By {
    /// The account, if it is one.
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Operator | Self::Service => None,
        }
    }
}
