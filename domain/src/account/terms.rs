//! The words in which events of an account tell why, what and how. Stored for ever, as the events are.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::PasskeyId;

/// A switch that was turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferenceChange {
    /// What it was.
    pub from: bool,
    /// What it is now.
    pub to: bool,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignOutReason {
    /// The holder signed out there.
    SignedOut,
    /// The holder ended it from another session.
    EndedByHolder,
    /// The password was changed.
    PasswordChanged,
    /// A new password was chosen by a link sent by mail.
    PasswordReset,
    /// Another sign-in address holds.
    EmailChanged,
    /// A change of the sign-in address was taken back.
    EmailChangeUndone,
    /// The phone number was removed.
    PhoneRemoved,
    /// Another billing address was taken back.
    BillingEmailUndone,
    /// Another session began in the same browser.
    Replaced,
    /// There were too many: it was the one used least recently.
    TooMany,
    /// A phone number was verified.
    PhoneVerified,
    /// Recovery codes were made anew.
    RecoveryCodesIssued,
    /// A second factor was taken back.
    SecondFactorUndone,
    /// An operator ended it.
    EndedByOperator,
    /// The second factor was removed, after proof of who the holder is.
    FactorRemoved,
    /// An authenticator app was added.
    AuthenticatorAppAdded,
    /// The authenticator app was removed.
    AuthenticatorAppRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
}

/// A second factor, or what stands for it, as far as it can be taken back by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum SecondFactor {
    /// The phone.
    Phone,
    /// The recovery codes alone.
    RecoveryCodes,
    /// The authenticator app.
    AuthenticatorApp,
    /// A passkey.
    Passkey(PasskeyId),
}

impl SecondFactor {
    /// The name under which it is stored: of a passkey its id.
    pub fn name(self) -> String {
        match self {
            Self::Phone => "phone".to_owned(),
            Self::RecoveryCodes => "recovery_codes".to_owned(),
            Self::AuthenticatorApp => "authenticator_app".to_owned(),
            Self::Passkey(id) => id.to_string(),
        }
    }

    /// What is stored under a name.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "phone" => Some(Self::Phone),
            "recovery_codes" => Some(Self::RecoveryCodes),
            "authenticator_app" => Some(Self::AuthenticatorApp),
            id => id.parse().ok().map(Self::Passkey),
        }
    }
}

impl From<SecondFactor> for String {
    fn from(factor: SecondFactor) -> Self {
        factor.name()
    }
}

impl TryFrom<String> for SecondFactor {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::of_name(&name).ok_or_else(|| format!("{name} is no second factor"))
    }
}

/// What an operator looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Viewed {
    /// What happened, event by event.
    History,
    /// How the account stood at an instant.
    State,
    /// That it exists, since when, and which privacy requests it has.
    Account,
    /// A privacy request of it.
    PrivacyRequest,
}

/// What was tried in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailedTryKind {
    /// A password, to sign in or to confirm something.
    Password,
    /// A code, after the right password.
    Code,
    /// To see or change what is not the account's own, in one of its sessions.
    Access,
}

impl FailedTryKind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Password, Self::Code, Self::Access];

    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Access => "access",
        }
    }
}

/// Failed tries of one kind, gathered over a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedTries {
    /// What was tried.
    pub kind: FailedTryKind,
    /// How often.
    pub tries: u32,
    /// From how many networks, at least.
    pub networks: u32,
    /// When the first was.
    pub since: DateTime<Utc>,
    /// When the last was.
    pub until: DateTime<Utc>,
}

/// Why a GDPR token ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEnd {
    /// It was revoked.
    Revoked,
    /// Its year was over.
    Expired,
}
