//! Why a message to a person was given up.

use serde::{Deserialize, Serialize};

/// Why a message did not reach the person, and will not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// The account had ended.
    AccountEnded,
    /// There is no address or number to write to.
    NoAddress,
    /// The mail server or phone gateway refused it for good, most often for the address.
    Refused,
    /// It was put off for days.
    PutOff,
    /// It was handed over several times, and never said to be taken: it may have arrived, also more than once.
    Unconfirmed,
    /// It had become of no use before it could go out.
    TooLate,
    /// What it said could not be read any more.
    Unreadable,
    /// The service has no phone gateway.
    NoGateway,
}

impl Undeliverable {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::AccountEnded,
        Self::NoAddress,
        Self::Refused,
        Self::PutOff,
        Self::Unconfirmed,
        Self::TooLate,
        Self::Unreadable,
        Self::NoGateway,
    ];

    /// The name under which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountEnded => "account_ended",
            Self::NoAddress => "no_address",
            Self::Refused => "refused",
            Self::PutOff => "put_off",
            Self::Unconfirmed => "unconfirmed",
            Self::TooLate => "too_late",
            Self::Unreadable => "unreadable",
            Self::NoGateway => "no_gateway",
        }
    }

    /// After "since".
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::AccountEnded => "the account has ended",
            Self::NoAddress => "there is no address to write to",
            Self::Refused => "it was refused for good where it should go",
            Self::PutOff => "it was put off for days where it should go",
            Self::Unconfirmed => "it was never confirmed, so that it may have arrived",
            Self::TooLate => "it had become of no use",
            Self::Unreadable => "it could not be read any more",
            Self::NoGateway => "the service has no phone gateway",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_shown_as_it_is_stored() {
        for reason in Undeliverable::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
