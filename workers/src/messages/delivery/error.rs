//! Delivery errors, and what each means for the message and for its carrier.

use domain::Undeliverable;
use event_store::StoreError;
use event_store::records::outbox::Tried;

use super::carrier::CarrierReport;
use crate::messages::FailureScope;
use crate::messages::mail::MailError;
use crate::messages::phone::PhoneError;

/// Why a message did not go out, or could not be recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeliveryError {
    /// It came too late to be of use.
    #[error("its time is over")]
    Expired,
    /// What it says cannot be read: its key is gone, or this release does not know its form.
    #[error("what it says cannot be read")]
    Unreadable,
    /// All that was personal of the account was erased, and the message with it.
    #[error("the account was erased")]
    Erased,
    /// It was told already, or is not so any more.
    #[error("there is nothing to tell any more")]
    Settled,
    /// The account has ended, and no holder is left to write to.
    #[error("the account has ended")]
    Ended,
    /// It was deferred again and again.
    #[error("it was put off {tries} times, for days")]
    PutOff {
        /// How often.
        tries: u32,
    },
    /// It was handed over again and again, and never said to be taken.
    #[error("it was handed over {times} times, and never said to be taken")]
    Unconfirmed {
        /// How often.
        times: u32,
        /// How it ended the last time.
        source: Box<DeliveryError>,
    },
    /// What it says is not for this medium.
    #[error("what it says cannot be told this way")]
    Unsayable,
    /// There is no address.
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

impl DeliveryError {
    /// Whether the same message may go through later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Expired
            | Self::Unreadable
            | Self::Erased
            | Self::Settled
            | Self::Ended
            | Self::PutOff { .. }
            | Self::Unconfirmed { .. }
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

    /// What it says about the carrier.
    pub(super) fn carrier_report(&self) -> CarrierReport<'_> {
        let failure_scope = match self {
            Self::Mail(error) => error.failure_scope(),
            Self::Phone(error) => error.failure_scope(),
            Self::Unconfirmed { source, .. } => return source.carrier_report(),
            Self::PutOff { .. } => FailureScope::Message,
            _ => FailureScope::Neither,
        };
        match failure_scope {
            FailureScope::Message => CarrierReport::Reachable,
            FailureScope::Carrier | FailureScope::Both => CarrierReport::Unreachable(self),
            FailureScope::Neither => CarrierReport::NotAsked,
        }
    }

    /// How the try counts for the message.
    pub(super) fn tried(&self) -> Tried {
        match self {
            Self::Mail(MailError::Unsure { .. }) => Tried::Unsure,
            Self::Phone(error) if error.is_unsure() => Tried::Unsure,
            Self::Mail(error) if error.failure_scope() == FailureScope::Carrier => Tried::Not,
            Self::Phone(error) if error.failure_scope() == FailureScope::Carrier => Tried::Not,
            Self::Store(_) | Self::Contended => Tried::Not,
            _ => Tried::InVain,
        }
    }

    /// Why the message is undeliverable that ends with it; none where there is nothing to record.
    pub(super) fn undeliverable(&self) -> Option<Undeliverable> {
        match self {
            Self::Erased | Self::Settled => None,
            Self::Expired => Some(Undeliverable::TooLate),
            Self::Unreadable | Self::Unsayable => Some(Undeliverable::Unreadable),
            Self::Ended => Some(Undeliverable::AccountEnded),
            Self::NoAddress => Some(Undeliverable::NoAddress),
            Self::NoGateway => Some(Undeliverable::NoGateway),
            Self::PutOff { .. } => Some(Undeliverable::PutOff),
            Self::Unconfirmed { .. } => Some(Undeliverable::Unconfirmed),
            Self::Mail(_) | Self::Phone(_) | Self::Store(_) | Self::Contended => Some(Undeliverable::Refused),
        }
    }

    /// What a message comes to that ends with it, as it is counted.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Erased => "erased",
            Self::Settled => "settled",
            Self::Store(_) | Self::Contended => "failed",
            other => other.undeliverable().map_or("failed", Undeliverable::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_try_can_mend_is_told_from_what_it_cannot() {
        let passing = [
            DeliveryError::Mail(MailError::Timeout),
            DeliveryError::Phone(PhoneError::Timeout),
            DeliveryError::Store(StoreError::Unreadable("x".to_owned())),
            DeliveryError::Contended,
        ];
        assert!(passing.iter().all(DeliveryError::is_passing));
        let refused = DeliveryError::Mail(MailError::Message);
        assert!(!refused.is_passing() && refused.outcome() == "refused");
        let ends = [
            DeliveryError::Expired,
            DeliveryError::Unreadable,
            DeliveryError::NoAddress,
            DeliveryError::NoGateway,
        ];
        assert!(ends.iter().all(|error| !error.is_passing() && !error.is_momentary()));
    }

    #[test]
    fn what_is_the_servers_fault_does_not_count_for_a_message_and_the_other_way_round() {
        let of = |error: DeliveryError| {
            let report = match error.carrier_report() {
                CarrierReport::Reachable => "answers",
                CarrierReport::Unreachable(_) => "away",
                CarrierReport::NotAsked => "nothing",
            };
            (error.tried(), report)
        };
        let unreachable = MailError::Unreachable { what: "connection", source: None };
        assert_eq!(of(unreachable.into()), (Tried::Not, "away"));
        assert_eq!(of(MailError::Timeout.into()), (Tried::Not, "away"));
        assert_eq!(of(MailError::Interrupted { source: None }.into()), (Tried::InVain, "away"));
        assert_eq!(of(MailError::Unsure { source: None }.into()), (Tried::Unsure, "away"));
        assert_eq!(of(MailError::NotAscii.into()).1, "answers");
        assert_eq!(of(PhoneError::Timeout.into()), (Tried::Unsure, "away"));
        assert_eq!(of(DeliveryError::Expired).1, "nothing");
    }
}
