//! How events change the row of an account.

use chrono::{DateTime, Utc};
use domain::account::{AccountEvent, SecondFactor};
use domain::{EmailAddress, Event, Language, Personal, PhoneNumber, TimeZone};
use event_store::log::subscription::LogRecord;
use sqlx::types::Json;

use super::row::{Row, SealedColumns};
use super::sealed::{Field, Form, Value};
use super::{AccountView, Decision, Decisions};
use crate::engine::projection::ApplyError;

impl Row {
    /// The row of an account that a fact opens.
    pub(super) fn registered(fact: &LogRecord, form: Form) -> Result<Option<Self>, ApplyError> {
        let Some(Event::Account(AccountEvent::Registered {
            account_id,
            email,
            name,
            preferences,
            policy_version,
        })) = fact.event()
        else {
            return Ok(None);
        };
        let decided = Decision { at: fact.recorded_at, policy_version: policy_version.clone() };
        let decisions = Decisions { personalization: Some(decided.clone()), usage_logging: Some(decided) };
        let view = AccountView {
            account_id: account_id.to_string(),
            email: None,
            name: None,
            personalization: preferences.personalization,
            usage_logging: preferences.usage_logging,
            registered_at: fact.recorded_at,
            changed_at: fact.recorded_at,
            version: fact.sequence,
            billing_email: None,
            language: None,
            time_zone: None,
            email_pending: None,
            email_pending_until: None,
            phone: None,
            phone_channel: None,
            authenticator_app: false,
            passkeys: 0,
            recovery_codes: 0,
            gdpr_token_id: None,
            gdpr_token_fingerprint: None,
            gdpr_token_issued_at: None,
            gdpr_token_expires_at: None,
            decisions: Some(Json(decisions)),
        };
        let mut row = Self { view, sealed: SealedColumns::default() };
        let mut write = Writer { row: &mut row, fact, form };
        write.put(Field::Email, address(email))?;
        write.put(Field::Name, name.known().map(String::as_str))?;
        Ok(Some(row))
    }

    /// Folds a fact in.
    pub(super) fn apply(&mut self, fact: &LogRecord, form: Form) -> Result<(), ApplyError> {
        self.view.version = fact.sequence;
        let Some(Event::Account(event)) = fact.event() else { return Ok(()) };
        self.view.changed_at = fact.recorded_at;
        self.view.apply(event, fact.recorded_at);
        Writer { row: self, fact, form }.apply(event)
    }
}

impl AccountView {
    /// What is not personal.
    fn apply(&mut self, event: &AccountEvent, at: DateTime<Utc>) {
        use AccountEvent as E;
        match event {
            E::PreferencesChanged { personalization, usage_logging, policy_version, .. } => {
                self.personalization = personalization.map_or(self.personalization, |change| change.to);
                self.usage_logging = usage_logging.map_or(self.usage_logging, |change| change.to);
                let decided = Decision { at, policy_version: policy_version.clone() };
                let Json(decisions) = self.decisions.get_or_insert_default();
                if personalization.is_some() {
                    decisions.personalization = Some(decided.clone());
                }
                if usage_logging.is_some() {
                    decisions.usage_logging = Some(decided);
                }
            }
            E::EmailChangeRequested { confirm_by, .. } => self.email_pending_until = Some(*confirm_by),
            E::EmailChanged { .. } | E::EmailChangeUndone { .. } | E::EmailChangeEnded { .. } => {
                self.email_pending_until = None;
            }
            E::PhoneVerified { channel, .. } => self.phone_channel = Some(channel.as_str().to_owned()),
            E::PhoneRemoved { .. } => self.phone_channel = None,
            E::AuthenticatorAppAdded {} => self.authenticator_app = true,
            E::AuthenticatorAppRemoved { .. } => self.authenticator_app = false,
            E::PasskeyAdded { .. } => self.passkeys += 1,
            E::PasskeyRemoved { .. } => self.passkeys -= 1,
            E::PasskeysEnded { passkey_ids, .. } => {
                self.passkeys -= i32::try_from(passkey_ids.len()).unwrap_or_default();
            }
            E::FactorRemoved {} => {
                (self.phone_channel, self.authenticator_app, self.passkeys) = (None, false, 0);
            }
            E::SecondFactorUndone { factor } => self.take_back(*factor),
            E::RecoveryCodesIssued { count } | E::RecoveryCodeUsed { left: count } => {
                self.recovery_codes = i32::try_from(*count).unwrap_or(i32::MAX);
            }
            E::GdprTokenIssued { credential_id, fingerprint, expires_at, .. } => {
                self.gdpr_token_id = Some(credential_id.uuid());
                self.gdpr_token_fingerprint = Some(fingerprint.clone());
                self.gdpr_token_issued_at = Some(at);
                self.gdpr_token_expires_at = Some(*expires_at);
            }
            E::GdprTokenEnded { .. } => {
                (self.gdpr_token_id, self.gdpr_token_fingerprint) = (None, None);
                (self.gdpr_token_issued_at, self.gdpr_token_expires_at) = (None, None);
            }
            E::Registered { .. }
            | E::SignedIn { .. }
            | E::SecondFactorAsked { .. }
            | E::SecondStepAsked { .. }
            | E::PasskeyRenamed { .. }
            | E::SignedOut { .. }
            | E::Reauthenticated { .. }
            | E::NameChanged { .. }
            | E::BillingEmailChanged { .. }
            | E::BillingEmailUndone {}
            | E::LocaleChanged { .. }
            | E::FormerEmailReleased { .. }
            | E::PasswordChanged {}
            | E::PasswordResetAsked { .. }
            | E::PasswordReset {}
            | E::PhoneChangeRequested { .. }
            | E::SessionsEnded {}
            | E::FactorRemovalBegun { .. }
            | E::FactorRemovalStopped {}
            | E::OrganizationJoined { .. }
            | E::OrganizationLeft { .. }
            | E::NoticeSent { .. }
            | E::NoticeUndeliverable { .. }
            | E::HistoryViewed { .. }
            | E::FailedTriesNoted { .. }
            | E::Deleted { .. }
            | E::PersonalDataErased { .. } => {}
        }
        if self.phone_channel.is_none() && !self.authenticator_app && self.passkeys == 0 {
            self.recovery_codes = 0;
        }
    }

    fn take_back(&mut self, factor: SecondFactor) {
        self.recovery_codes = 0;
        match factor {
            SecondFactor::Phone => self.phone_channel = None,
            SecondFactor::AuthenticatorApp => self.authenticator_app = false,
            SecondFactor::Passkey(_) => self.passkeys -= 1,
            SecondFactor::RecoveryCodes => {}
        }
    }
}

/// Writes personal values of a fact into a row.
struct Writer<'a> {
    row: &'a mut Row,
    fact: &'a LogRecord,
    form: Form,
}

impl Writer<'_> {
    fn apply(&mut self, event: &AccountEvent) -> Result<(), ApplyError> {
        use AccountEvent as E;
        match event {
            E::NameChanged { name } => self.put(Field::Name, name.known().map(String::as_str)),
            E::BillingEmailChanged { billing_email } => {
                self.put(Field::BillingEmail, billing_email.as_ref().and_then(address))
            }
            E::BillingEmailUndone {} => self.put(Field::BillingEmail, None),
            E::LocaleChanged { language, time_zone } => {
                let language = language.as_ref().and_then(Personal::known);
                let time_zone = time_zone.as_ref().and_then(Personal::known);
                self.put(Field::Language, language.copied().map(Language::as_str))?;
                self.put(Field::TimeZone, time_zone.map(TimeZone::as_str))
            }
            E::EmailChangeEnded { .. } => self.put(Field::EmailPending, None),
            E::EmailChangeRequested { email, .. } => self.put(Field::EmailPending, address(email)),
            E::EmailChanged { email, .. } | E::EmailChangeUndone { email, .. } => {
                self.put(Field::EmailPending, None)?;
                self.put(Field::Email, address(email))
            }
            E::PhoneVerified { number, .. } => {
                self.put(Field::Phone, number.known().map(PhoneNumber::as_str))
            }
            E::PhoneRemoved { .. }
            | E::FactorRemoved {}
            | E::SecondFactorUndone { factor: SecondFactor::Phone } => self.put(Field::Phone, None),
            E::Registered { .. }
            | E::SignedIn { .. }
            | E::SecondFactorAsked { .. }
            | E::SecondStepAsked { .. }
            | E::SignedOut { .. }
            | E::Reauthenticated { .. }
            | E::FormerEmailReleased { .. }
            | E::PasswordChanged {}
            | E::PasswordResetAsked { .. }
            | E::PasswordReset {}
            | E::PhoneChangeRequested { .. }
            | E::AuthenticatorAppAdded {}
            | E::AuthenticatorAppRemoved { .. }
            | E::PasskeyAdded { .. }
            | E::PasskeyRenamed { .. }
            | E::PasskeyRemoved { .. }
            | E::PasskeysEnded { .. }
            | E::SecondFactorUndone {
                factor:
                    SecondFactor::RecoveryCodes | SecondFactor::AuthenticatorApp | SecondFactor::Passkey(_),
            }
            | E::SessionsEnded {}
            | E::FactorRemovalBegun { .. }
            | E::FactorRemovalStopped {}
            | E::RecoveryCodesIssued { .. }
            | E::RecoveryCodeUsed { .. }
            | E::PreferencesChanged { .. }
            | E::GdprTokenIssued { .. }
            | E::GdprTokenEnded { .. }
            | E::OrganizationJoined { .. }
            | E::OrganizationLeft { .. }
            | E::NoticeSent { .. }
            | E::NoticeUndeliverable { .. }
            | E::HistoryViewed { .. }
            | E::FailedTriesNoted { .. }
            | E::Deleted { .. }
            | E::PersonalDataErased { .. } => Ok(()),
        }
    }

    fn put(&mut self, field: Field, text: Option<&str>) -> Result<(), ApplyError> {
        let Value { plain, sealed } = Value::of(field, text, self.fact, self.form)?;
        let (view, columns) = (&mut self.row.view, &mut self.row.sealed);
        let (plain_column, sealed_column) = match field {
            Field::Email => (Some(&mut view.email), &mut columns.email_sealed),
            Field::Name => (Some(&mut view.name), &mut columns.name_sealed),
            Field::BillingEmail => (Some(&mut view.billing_email), &mut columns.billing_email_sealed),
            Field::EmailPending => (Some(&mut view.email_pending), &mut columns.email_pending_sealed),
            Field::Phone => (Some(&mut view.phone), &mut columns.phone_sealed),
            Field::Language => (None, &mut columns.language_sealed),
            Field::TimeZone => (None, &mut columns.time_zone_sealed),
        };
        if let Some(column) = plain_column {
            *column = plain;
        }
        *sealed_column = sealed;
        Ok(())
    }
}

fn address(email: &Personal<EmailAddress>) -> Option<&str> {
    email.known().map(EmailAddress::as_str)
}
