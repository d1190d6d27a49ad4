//! What must come true together with an event, in the same statement that stores it.
//!
//! Read models lag by milliseconds; a few facts may not: that an email address belongs to one
//! account, that one request of a kind is open, that usage may be stored. An event names them, and
//! the event store writes them with it or refuses both.

use crate::authentication::Ending;
use crate::ids::AccountId;
use crate::notice::Notice;

/// A set of names that can each have one owner at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimKind {
    /// Sign-in addresses. The name is personal, so only a keyed hash of it is stored.
    Email,
    /// One open privacy request of a kind for an account: `acc_…/export`.
    OpenRequest,
}

impl ClaimKind {
    /// The name under which the kind is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::OpenRequest => "open_request",
        }
    }

    /// The kind stored under `name`.
    pub fn from_stored(name: &str) -> Option<Self> {
        [Self::Email, Self::OpenRequest].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One fact that comes true with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The aggregate takes the name; refused when another has it.
    Claim {
        /// Which set of names.
        kind: ClaimKind,
        /// The name, in its canonical form.
        name: String,
    },
    /// The aggregate gives up a name that it owns.
    Release {
        /// Which set of names.
        kind: ClaimKind,
        /// The name, in its canonical form.
        name: String,
    },
    /// Usage of this account is stored after this event, or is not.
    UsageGate {
        /// Whose usage.
        account: AccountId,
        /// Whether it may be stored.
        open: bool,
    },
}

/// Events say which effects they have; most have none.
pub trait Effects {
    /// The facts that must come true with this event.
    fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }

    /// What must end with this event of what was staged, issued or lent before.
    fn endings(&self) -> Vec<Ending> {
        Vec::new()
    }

    /// Of what the person must be told by mail: queued with this event, so that it cannot be forgotten.
    fn notices(&self) -> Vec<Notice> {
        Vec::new()
    }
}
