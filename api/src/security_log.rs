//! The security log, for those who watch over the service: who gets in, who does not, and who tries (OWASP ASVS 5.0, 16.3).
//!
//! Each is one log line with the target `security`, a name that never changes, and whom it concerns and from where as
//! keyed hashes: lines about one account, or from one network, can be put together, and tell neither. The same hashes
//! are made in every process, and no key leaves the service. Tries that failed are counted for the holder as well.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use domain::account::FailedTryKind;
use domain::{AccountId, OperatorId};
use event_store::records::failed_try;
use event_store::{EventStore, StoreError};

use crate::network;
use crate::problem::Kind;

macro_rules! security_events {
    ($($name:ident $stored:literal $words:literal;)*) => {
        /// An event of the security log.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum SecurityEvent {
            $(#[doc = $words] $name,)*
        }

        impl SecurityEvent {
            /// Every one, with its name in the log and what it means.
            #[cfg(test)]
            pub(crate) const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$name, $stored, $words),)*];

            /// The name in the log.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => $stored,)* }
            }
        }
    };
}

security_events! {
    SignInOk "sign_in_ok" "A session began";
    SignInFailed "sign_in_failed" "A wrong password, or an address without an account (then without `account`); at the privacy desk, a token that is not valid";
    FactorWanted "factor_wanted" "The password was right, and a second factor is wanted";
    FactorFailed "factor_failed" "A wrong code, or a wrong answer of a passkey";
    SudoOk "sudo_ok" "The password was given again in a session, with a second factor where one is wanted, or a passkey was shown";
    SudoFailed "sudo_failed" "A wrong password in a session";
    PasswordChanged "password_changed" "Another password holds, chosen in a session or by a mailed link";
    AccessRefused "access_refused" "A session, or an operator's token, asked for what is not its own or not there";
    LinkRefused "link_refused" "A link that is none, or no longer works";
    CredentialRefused "credential_refused" "A token or an API secret that is none, or no longer works";
    CredentialRevoked "credential_revoked" "A GDPR token or an API secret was revoked, reset or retired";
    CrossSiteRefused "cross_site_refused" "A page of another site sent a request that changes something";
    LimitReached "limit_reached" "Too many tries; `personal_settings_throttled_total` in the metrics says of what";
    OperatorAct "operator_act" "An operator did or looked at something";
}

impl SecurityEvent {
    /// What a refusal is, if it is one of these.
    pub(crate) fn of_refusal(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::WrongCredentials => Self::SignInFailed,
            Kind::WrongCode | Kind::WrongPasskey => Self::FactorFailed,
            Kind::WrongPassword => Self::SudoFailed,
            Kind::NotFound
            | Kind::InsufficientRole
            | Kind::InsufficientScope
            | Kind::InvitationForAnother => Self::AccessRefused,
            Kind::LinkDead => Self::LinkRefused,
            Kind::CredentialUnknown
            | Kind::CredentialExpired
            | Kind::CredentialRevoked
            | Kind::CredentialRetired => Self::CredentialRefused,
            Kind::CrossSite => Self::CrossSiteRefused,
            Kind::TooManyTries => Self::LimitReached,
            _ => return None,
        })
    }

    /// What its holder is told of, where it is about an account.
    fn told_as(self) -> Option<FailedTryKind> {
        match self {
            Self::SignInFailed | Self::SudoFailed => Some(FailedTryKind::Password),
            Self::FactorFailed => Some(FailedTryKind::Code),
            Self::AccessRefused => Some(FailedTryKind::Access),
            _ => None,
        }
    }
}

/// Whom a security event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// An account.
    Account(AccountId),
    /// An operator. They are no data subjects here: their id is in the log.
    Operator(OperatorId),
}

/// Logs an event, and counts it for the holder where it is a try that failed.
pub(crate) async fn note(
    store: &EventStore,
    event: SecurityEvent,
    subject: Option<Subject>,
    address: Option<IpAddr>,
) -> Result<(), StoreError> {
    let line = network::line(address);
    let hasher = store.keys().hasher("security-log").await?;
    let short =
        |text: &str| hasher.hash(text)[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (event_name, network) = (event.name(), short(&format!("network/{line}")));
    match subject {
        Some(Subject::Account(id)) => {
            let account = short(&format!("account/{id}"));
            tracing::info!(target: "security", event = event_name, account, network, "security");
        }
        Some(Subject::Operator(id)) => {
            tracing::info!(target: "security", event = event_name, operator = %id, network, "security");
        }
        None => tracing::info!(target: "security", event = event_name, network, "security"),
    }
    match (subject, event.told_as()) {
        (Some(Subject::Account(account)), Some(kind)) => {
            failed_try::count(store.records(), account, kind, &line).await
        }
        _ => Ok(()),
    }
}

/// The caller that a request turned out to come from: filled in where that is found out.
#[derive(Clone, Default)]
pub(crate) struct Witness(Arc<OnceLock<Subject>>);

impl Witness {
    /// They have shown who they are.
    pub(crate) fn saw(&self, subject: Subject) {
        let _seen_before = self.0.set(subject);
    }

    /// The caller, if they have.
    pub(crate) fn seen(&self) -> Option<Subject> {
        self.0.get().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_readme_tells_operators_of_every_event_and_of_no_other() {
        let readme = include_str!("../../README.md");
        let section = readme.split_once("## Watch over it").unwrap().1.split("\n## ").next().unwrap();
        let told: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
        let known: Vec<String> =
            SecurityEvent::ALL.iter().map(|(_, name, words)| format!("| `{name}` | {words} |")).collect();
        assert_eq!(told, known);
    }

    #[test]
    fn names_are_distinct_and_every_refusal_with_a_secret_is_an_event() {
        let names: BTreeSet<&str> = SecurityEvent::ALL.iter().map(|(event, _, _)| event.name()).collect();
        assert_eq!(names.len(), SecurityEvent::ALL.len());
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.slug().starts_with("wrong-")) {
            assert!(
                SecurityEvent::of_refusal(kind).is_some_and(|event| event.told_as().is_some()),
                "{kind:?}"
            );
        }
    }
}
