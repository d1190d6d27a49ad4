//! Why a message did not go out.

use event_store::StoreError;

use crate::mail::MailError;
use crate::phone::PhoneError;

/// Why a message did not go out, or could not be recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// It came too late to be of use.
    #[error("its time is over")]
    Expired,
    /// What it says cannot be read: its key is gone, or this release does not know its form.
    #[error("what it says cannot be read")]
    Unreadable,
    /// All that was personal of the account was erased, and the message with it.
    #[error("the account was erased")]
    Erased,
    /// What it says is not for this medium.
    #[error("what it says cannot be told this way")]
    Unsayable,
    /// The account has ended, or nobody can be written to there.
    #[error("there is no address to write to")]
    NoAddress,
    /// Nothing brings messages to phones.
    #[error("there is no phone gateway")]
    NoGateway,
    /// The mail was not taken.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The gateway did not take it.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others changed the account again and again.
    #[error("too many commands for one account at once")]
    Contended,
}

impl Trouble {
    /// Whether the same message may go through later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Expired
            | Self::Unreadable
            | Self::Erased
            | Self::Unsayable
            | Self::NoAddress
            | Self::NoGateway => false,
            Self::Mail(error) => error.is_transient(),
            Self::Phone(error) => error.is_transient(),
            Self::Store(_) | Self::Contended => true,
        }
    }

    /// Whether waiting a moment may mend it.
    pub(super) fn is_momentary(&self) -> bool {
        match self {
            Self::Store(error) => error.is_unavailable(),
            Self::Contended => true,
            _ => false,
        }
    }

    /// What a message comes to that ends with it, as it is counted.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Unreadable | Self::Unsayable => "unreadable",
            Self::Erased => "erased",
            Self::NoAddress => "no_address",
            Self::NoGateway => "no_gateway",
            Self::Mail(_) | Self::Phone(_) => "refused",
            Self::Store(_) | Self::Contended => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_try_can_mend_is_told_from_what_it_cannot() {
        let passing = [
            Trouble::Mail(MailError::Timeout),
            Trouble::Phone(PhoneError::Timeout),
            Trouble::Store(StoreError::Unreadable("x".to_owned())),
            Trouble::Contended,
        ];
        assert!(passing.iter().all(Trouble::is_passing));
        let refused = Trouble::Mail(MailError::Message);
        assert!(!refused.is_passing() && refused.outcome() == "refused");
        let ends = [Trouble::Expired, Trouble::Unreadable, Trouble::NoAddress, Trouble::NoGateway];
        assert!(ends.iter().all(|trouble| !trouble.is_passing() && !trouble.is_momentary()));
    }
}
