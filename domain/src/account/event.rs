//! What happened to an account. Stored for ever: types are never renamed, fields never change
//! their meaning.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::Preferences;
use crate::effect::ClaimKind;
use crate::sentence::Sentence;
use crate::{AccountId, Effect, Effects, EmailAddress, Personal, SessionId};

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
}

/// What somebody who runs the service looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Viewed {
    /// What happened, event by event.
    History,
    /// How the account stood at an instant.
    State,
}

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AccountEvent {
    /// The account was opened.
    Registered {
        /// Its id.
        account_id: AccountId,
        /// The sign-in address.
        email: Personal<EmailAddress>,
        /// The name to greet with.
        name: Personal<String>,
        /// The switches it began with.
        preferences: Preferences,
        /// The privacy policy then in force.
        policy_version: String,
    },
    /// A session began.
    SignedIn {
        /// The session.
        session_id: SessionId,
    },
    /// A session ended.
    SignedOut {
        /// The session.
        session_id: SessionId,
        /// Why.
        reason: SignOutReason,
    },
    /// The password was given again.
    Reauthenticated {
        /// The session.
        session_id: SessionId,
    },
    /// A new password holds.
    PasswordChanged {},
    /// Switches were turned: a consent record (GDPR Art. 7(1)).
    PreferencesChanged {
        /// Whose.
        account_id: AccountId,
        /// Cookies that personalise, if turned.
        personalization: Option<PreferenceChange>,
        /// Storage of usage, if turned.
        usage_logging: Option<PreferenceChange>,
        /// The privacy policy then in force.
        policy_version: String,
    },
    /// Somebody who runs the service looked at what happened to the account.
    HistoryViewed {
        /// At what.
        what: Viewed,
        /// Up to when, if not up to then.
        until: Option<DateTime<Utc>>,
    },
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered { .. } => "account.registered",
            Self::SignedIn { .. } => "account.signed_in",
            Self::SignedOut { .. } => "account.signed_out",
            Self::Reauthenticated { .. } => "account.reauthenticated",
            Self::PasswordChanged {} => "account.password_changed",
            Self::PreferencesChanged { .. } => "account.preferences_changed",
            Self::HistoryViewed { .. } => "account.history_viewed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Effects for AccountEvent {
    fn effects(&self) -> Vec<Effect> {
        match self {
            Self::Registered { account_id, email: Personal::Known { value, .. }, preferences, .. } => vec![
                Effect::Claim { kind: ClaimKind::Email, name: value.canonical() },
                Effect::UsageGate { account: *account_id, open: preferences.usage_logging },
            ],
            Self::PreferencesChanged { account_id, usage_logging: Some(change), .. } => {
                vec![Effect::UsageGate { account: *account_id, open: change.to }]
            }
            _ => Vec::new(),
        }
    }
}

impl Sentence for AccountEvent {
    fn sentence(&self) -> String {
        let on_off = |on: bool| if on { "on" } else { "off" };
        match self {
            Self::Registered { .. } => "The account was opened".to_owned(),
            Self::SignedIn { .. } => "Signed in".to_owned(),
            Self::SignedOut { reason, .. } => match reason {
                SignOutReason::SignedOut => "Signed out".to_owned(),
                SignOutReason::EndedByHolder => "A session was ended from another session".to_owned(),
                SignOutReason::PasswordChanged => {
                    "A session was ended because the password was changed".to_owned()
                }
            },
            Self::Reauthenticated { .. } => "The password was confirmed again".to_owned(),
            Self::PasswordChanged {} => "The password was changed".to_owned(),
            Self::PreferencesChanged { personalization, usage_logging, policy_version, .. } => {
                let turned: Vec<String> =
                    [("Personalization", personalization), ("Usage logging", usage_logging)]
                        .into_iter()
                        .filter_map(|(name, change)| {
                            change.map(|c| format!("{name} was switched {}", on_off(c.to)))
                        })
                        .collect();
                format!("{} (privacy policy {policy_version})", turned.join("; "))
            }
            Self::HistoryViewed { what, until } => {
                let until = until.map(|until| until.format("%-d %B %Y at %H:%M:%S UTC"));
                match (what, until) {
                    (Viewed::History, None) => "The history was viewed".to_owned(),
                    (Viewed::History, Some(until)) => format!("The history up to {until} was viewed"),
                    (Viewed::State, None) => "The state of the account was viewed".to_owned(),
                    (Viewed::State, Some(at)) => format!("The state of the account as of {at} was viewed"),
                }
            }
        }
    }
}
