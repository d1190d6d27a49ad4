//! What must come true together with an event of an account, and what time will bring after it.

// A new event must be thought of here: the compiler says so.
#![warn(clippy::wildcard_enum_match_arm)]

use super::schedule::{ERASURE_PATIENCE, token_notices};
use super::{AccountEvent, AccountNotice, SecondFactor};
use crate::authentication::{Change, Ending};
use crate::effect::ClaimKind;
use crate::{Effect, Effects, EmailAddress, Personal, TimerChange, Timers};

/// Timers.
const TOKEN_END: &str = "gdpr_token_end";
const ERASURE: &str = "erasure";
const FACTOR_REMOVAL: &str = "factor_removal";

fn claim(email: &Personal<EmailAddress>) -> impl Iterator<Item = Effect> {
    let names = email.known().map(EmailAddress::names).unwrap_or_default();
    names.into_iter().map(|name| Effect::Claim { kind: ClaimKind::Email, name })
}

/// With the name that an earlier release claimed.
fn release(email: &Personal<EmailAddress>) -> impl Iterator<Item = Effect> {
    let names = email.known().map(EmailAddress::names_sought).unwrap_or_default();
    names.into_iter().map(|name| Effect::Release { kind: ClaimKind::Email, name })
}

impl Effects for AccountEvent {
    fn effects(&self) -> Vec<Effect> {
        match self {
            Self::Registered { account_id, email, preferences, .. } => {
                let gate = Effect::UsageGate { account: *account_id, open: preferences.usage_logging };
                claim(email).chain([gate]).collect()
            }
            Self::PreferencesChanged { account_id, usage_logging: Some(change), .. } => {
                vec![Effect::UsageGate { account: *account_id, open: change.to }]
            }
            Self::EmailChanged { email, .. } => claim(email).collect(),
            Self::EmailChangeUndone { released, .. } => released.iter().flat_map(release).collect(),
            Self::FormerEmailReleased { email, .. } => email.iter().flat_map(release).collect(),
            Self::Deleted { account_id, released, .. } => {
                let gate = Effect::UsageGate { account: *account_id, open: false };
                released.iter().flat_map(release).chain([gate]).collect()
            }
            Self::SignedIn { .. }
            | Self::SecondFactorAsked { .. }
            | Self::SecondStepAsked { .. }
            | Self::SignedOut { .. }
            | Self::Reauthenticated { .. }
            | Self::NameChanged { .. }
            | Self::BillingEmailChanged { .. }
            | Self::BillingEmailUndone {}
            | Self::LocaleChanged { .. }
            | Self::EmailChangeRequested { .. }
            | Self::EmailChangeEnded { .. }
            | Self::PasswordChanged {}
            | Self::PasswordResetAsked { .. }
            | Self::PasswordReset {}
            | Self::PhoneChangeRequested { .. }
            | Self::PhoneVerified { .. }
            | Self::PhoneRemoved { .. }
            | Self::AuthenticatorAppAdded {}
            | Self::AuthenticatorAppRemoved { .. }
            | Self::PasskeyAdded { .. }
            | Self::PasskeyRenamed { .. }
            | Self::PasskeyRemoved { .. }
            | Self::PasskeysEnded { .. }
            | Self::SecondFactorUndone { .. }
            | Self::SessionsEnded {}
            | Self::FactorRemovalBegun { .. }
            | Self::FactorRemovalStopped {}
            | Self::FactorRemoved {}
            | Self::RecoveryCodesIssued { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::PreferencesChanged { .. }
            | Self::GdprTokenIssued { .. }
            | Self::GdprTokenEnded { .. }
            | Self::OrganizationJoined { .. }
            | Self::OrganizationLeft { .. }
            | Self::NoticeSent { .. }
            | Self::NoticeUndeliverable { .. }
            | Self::HistoryViewed { .. }
            | Self::FailedTriesNoted { .. }
            | Self::PersonalDataErased { .. } => Vec::new(),
        }
    }

    fn endings(&self) -> Vec<Ending> {
        let factors = match self {
            Self::PasskeyRemoved { passkey_id, .. }
            | Self::SecondFactorUndone { factor: SecondFactor::Passkey(passkey_id) } => {
                vec![Ending::Passkey(*passkey_id)]
            }
            Self::PasskeysEnded { passkey_ids, .. } => {
                passkey_ids.iter().copied().map(Ending::Passkey).collect()
            }
            Self::AuthenticatorAppRemoved { .. }
            | Self::SecondFactorUndone { factor: SecondFactor::AuthenticatorApp } => {
                vec![Ending::AuthenticatorApp]
            }
            Self::Registered { .. }
            | Self::SignedIn { .. }
            | Self::SecondFactorAsked { .. }
            | Self::SecondStepAsked { .. }
            | Self::SignedOut { .. }
            | Self::Reauthenticated { .. }
            | Self::LocaleChanged { .. }
            | Self::NameChanged { .. }
            | Self::BillingEmailChanged { .. }
            | Self::BillingEmailUndone {}
            | Self::EmailChangeRequested { .. }
            | Self::EmailChangeEnded { .. }
            | Self::PasswordChanged {}
            | Self::PasswordResetAsked { .. }
            | Self::PasswordReset {}
            | Self::PhoneChangeRequested { .. }
            | Self::PhoneVerified { .. }
            | Self::PhoneRemoved { .. }
            | Self::AuthenticatorAppAdded {}
            | Self::PasskeyAdded { .. }
            | Self::PasskeyRenamed { .. }
            | Self::SecondFactorUndone { .. }
            | Self::SessionsEnded {}
            | Self::FactorRemovalBegun { .. }
            | Self::FactorRemovalStopped {}
            | Self::FactorRemoved {}
            | Self::RecoveryCodesIssued { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::PreferencesChanged { .. }
            | Self::GdprTokenIssued { .. }
            | Self::GdprTokenEnded { .. }
            | Self::OrganizationJoined { .. }
            | Self::OrganizationLeft { .. }
            | Self::NoticeSent { .. }
            | Self::NoticeUndeliverable { .. }
            | Self::HistoryViewed { .. }
            | Self::FailedTriesNoted { .. }
            | Self::PersonalDataErased { .. }
            | Self::EmailChanged { .. }
            | Self::EmailChangeUndone { .. }
            | Self::FormerEmailReleased { .. }
            | Self::Deleted { .. } => Vec::new(),
        };
        self.change().map(Ending::Account).into_iter().chain(factors).collect()
    }
}

impl AccountEvent {
    /// What it changes of how the account is proved: the table says what ends with it.
    pub fn change(&self) -> Option<Change> {
        match self {
            Self::PasswordChanged {} => Some(Change::PasswordChanged),
            Self::PasswordReset {} => Some(Change::PasswordReset),
            Self::EmailChanged { .. } => Some(Change::EmailChanged),
            Self::EmailChangeUndone { .. } => Some(Change::EmailChangeUndone),
            Self::BillingEmailChanged { .. } => Some(Change::BillingEmailChanged),
            Self::BillingEmailUndone {} => Some(Change::BillingEmailUndone),
            Self::PhoneVerified { .. } => Some(Change::PhoneVerified),
            Self::AuthenticatorAppAdded {} => Some(Change::AuthenticatorAppAdded),
            Self::PasskeyAdded { .. } => Some(Change::PasskeyAdded),
            Self::PhoneRemoved { others_left }
            | Self::AuthenticatorAppRemoved { others_left }
            | Self::PasskeyRemoved { others_left, .. }
            | Self::PasskeysEnded { others_left, .. } => {
                Some(if *others_left { Change::OneFactorRemoved } else { Change::LastFactorRemoved })
            }
            Self::RecoveryCodesIssued { .. } => Some(Change::RecoveryCodesIssued),
            Self::SecondFactorUndone { .. } => Some(Change::SecondFactorUndone),
            Self::SessionsEnded {} => Some(Change::SessionsEnded),
            Self::FactorRemoved {} => Some(Change::FactorRemoved),
            Self::Deleted { .. } => Some(Change::AccountDeleted),
            Self::Registered { .. }
            | Self::SignedIn { .. }
            | Self::SecondFactorAsked { .. }
            | Self::SecondStepAsked { .. }
            | Self::SignedOut { .. }
            | Self::Reauthenticated { .. }
            | Self::NameChanged { .. }
            | Self::LocaleChanged { .. }
            | Self::EmailChangeRequested { .. }
            | Self::EmailChangeEnded { .. }
            | Self::FormerEmailReleased { .. }
            | Self::PasswordResetAsked { .. }
            | Self::PhoneChangeRequested { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::PasskeyRenamed { .. }
            | Self::FactorRemovalBegun { .. }
            | Self::FactorRemovalStopped {}
            | Self::PreferencesChanged { .. }
            | Self::GdprTokenIssued { .. }
            | Self::GdprTokenEnded { .. }
            | Self::OrganizationJoined { .. }
            | Self::OrganizationLeft { .. }
            | Self::FailedTriesNoted { .. }
            | Self::NoticeSent { .. }
            | Self::NoticeUndeliverable { .. }
            | Self::HistoryViewed { .. }
            | Self::PersonalDataErased { .. } => None,
        }
    }
}

impl Timers for AccountEvent {
    fn timers(&self) -> Vec<TimerChange> {
        match self {
            Self::EmailChanged { change_id, undo_until, .. } => {
                vec![TimerChange::set(change_id.to_string(), *undo_until)]
            }
            Self::EmailChangeUndone { changes, .. } => {
                changes.iter().map(|change| TimerChange::clear(change.to_string())).collect()
            }
            Self::FormerEmailReleased { change_id, .. } => vec![TimerChange::clear(change_id.to_string())],
            Self::GdprTokenIssued { expires_at, .. } => token_notices(*expires_at)
                .map(|(at, notice)| TimerChange::set(notice.as_str(), at))
                .chain([TimerChange::set(TOKEN_END, *expires_at)])
                .collect(),
            Self::GdprTokenEnded { .. } => AccountNotice::ALL
                .iter()
                .filter(|notice| notice.tells_of_token_end())
                .map(|notice| TimerChange::clear(notice.as_str()))
                .chain([TimerChange::clear(TOKEN_END)])
                .collect(),
            Self::NoticeSent { notice, awaited: true, .. }
            | Self::NoticeUndeliverable { notice, awaited: true, .. } => {
                vec![if *notice == AccountNotice::AccountDeleted {
                    TimerChange::due(ERASURE)
                } else {
                    TimerChange::clear(notice.as_str())
                }]
            }
            Self::FactorRemovalBegun { due_at, .. } => vec![TimerChange::set(FACTOR_REMOVAL, *due_at)],
            Self::FactorRemovalStopped {}
            | Self::FactorRemoved {}
            | Self::SecondFactorUndone { .. }
            | Self::PhoneVerified { .. }
            | Self::AuthenticatorAppAdded {}
            | Self::PasskeyAdded { .. }
            | Self::PhoneRemoved { others_left: false }
            | Self::AuthenticatorAppRemoved { others_left: false }
            | Self::PasskeyRemoved { others_left: false, .. }
            | Self::PasskeysEnded { others_left: false, .. } => vec![TimerChange::clear(FACTOR_REMOVAL)],
            Self::Deleted { deleted_at, .. } => {
                vec![TimerChange::ClearAll, TimerChange::set(ERASURE, *deleted_at + ERASURE_PATIENCE)]
            }
            Self::PersonalDataErased { .. } => vec![TimerChange::ClearAll],
            Self::Registered { .. }
            | Self::SignedIn { .. }
            | Self::SecondFactorAsked { .. }
            | Self::SecondStepAsked { .. }
            | Self::SignedOut { .. }
            | Self::Reauthenticated { .. }
            | Self::NameChanged { .. }
            | Self::BillingEmailChanged { .. }
            | Self::BillingEmailUndone {}
            | Self::LocaleChanged { .. }
            | Self::EmailChangeRequested { .. }
            | Self::EmailChangeEnded { .. }
            | Self::PasswordChanged {}
            | Self::PasswordResetAsked { .. }
            | Self::PasswordReset {}
            | Self::PhoneChangeRequested { .. }
            | Self::PhoneRemoved { .. }
            | Self::AuthenticatorAppRemoved { .. }
            | Self::PasskeyRenamed { .. }
            | Self::PasskeyRemoved { .. }
            | Self::PasskeysEnded { .. }
            | Self::SessionsEnded {}
            | Self::RecoveryCodesIssued { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::PreferencesChanged { .. }
            | Self::OrganizationJoined { .. }
            | Self::OrganizationLeft { .. }
            | Self::NoticeSent { .. }
            | Self::NoticeUndeliverable { .. }
            | Self::HistoryViewed { .. }
            | Self::FailedTriesNoted { .. } => Vec::new(),
        }
    }
}
