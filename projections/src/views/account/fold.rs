//! How events change the row of an account.

use chrono::{DateTime, Utc};
use domain::account::{AccountEvent, SecondFactor};
use domain::{EmailAddress, Event, Personal, PhoneNumber};
use event_store::log::subscription::LogRecord;

use super::AccountView;
use super::row::{Row, SealedColumns};
use super::sealed::{Field, Form, Value};
use crate::engine::projection::ApplyError;

impl Row {
    /// The row of an account that a fact opens.
    pub(super) fn registered(fact: &LogRecord, form: Form) -> Result<Option<Self>, ApplyError> {
        let Some(Event::Account(AccountEvent::Registered { account_id, email, name, preferences, .. })) =
            fact.event()
        else {
            return Ok(None);
        };
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
            email_pending: None,
            email_pending_until: None,
            phone: None,
            phone_channel: None,
            recovery_codes: 0,
            gdpr_token_id: None,
            gdpr_token_fingerprint: None,
            gdpr_token_issued_at: None,
            gdpr_token_expires_at: None,
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
            E::PreferencesChanged { personalization, usage_logging, .. } => {
                self.personalization = personalization.map_or(self.personalization, |change| change.to);
                self.usage_logging = usage_logging.map_or(self.usage_logging, |change| change.to);
            }
            E::EmailChangeRequested { confirm_by, .. } => self.email_pending_until = Some(*confirm_by),
            E::EmailChanged { .. } | E::EmailChangeUndone { .. } | E::EmailChangeEnded { .. } => {
                self.email_pending_until = None;
            }
            E::PhoneVerified { channel, .. } => self.phone_channel = Some(channel.as_str().to_owned()),
            E::PhoneRemoved {} | E::FactorRemoved {} => (self.phone_channel, self.recovery_codes) = (None, 0),
            E::SecondFactorUndone { factor } => {
                self.recovery_codes = 0;
                if *factor == SecondFactor::Phone {
                    self.phone_channel = None;
                }
            }
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
            | E::SignedOut { .. }
            | E::Reauthenticated { .. }
            | E::NameChanged { .. }
            | E::BillingEmailChanged { .. }
            | E::BillingEmailUndone {}
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
            E::EmailChangeEnded { .. } => self.put(Field::EmailPending, None),
            E::EmailChangeRequested { email, .. } => self.put(Field::EmailPending, address(email)),
            E::EmailChanged { email, .. } | E::EmailChangeUndone { email, .. } => {
                self.put(Field::EmailPending, None)?;
                self.put(Field::Email, address(email))
            }
            E::PhoneVerified { number, .. } => {
                self.put(Field::Phone, number.known().map(PhoneNumber::as_str))
            }
            E::PhoneRemoved {}
            | E::FactorRemoved {}
            | E::SecondFactorUndone { factor: SecondFactor::Phone } => self.put(Field::Phone, None),
            E::Registered { .. }
            | E::SignedIn { .. }
            | E::SecondFactorAsked { .. }
            | E::SignedOut { .. }
            | E::Reauthenticated { .. }
            | E::FormerEmailReleased { .. }
            | E::PasswordChanged {}
            | E::PasswordResetAsked { .. }
            | E::PasswordReset {}
            | E::PhoneChangeRequested { .. }
            | E::SecondFactorUndone { factor: SecondFactor::RecoveryCodes }
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
            Field::Email => (&mut view.email, &mut columns.email_sealed),
            Field::Name => (&mut view.name, &mut columns.name_sealed),
            Field::BillingEmail => (&mut view.billing_email, &mut columns.billing_email_sealed),
            Field::EmailPending => (&mut view.email_pending, &mut columns.email_pending_sealed),
            Field::Phone => (&mut view.phone, &mut columns.phone_sealed),
        };
        (*plain_column, *sealed_column) = (plain, sealed);
        Ok(())
    }
}

fn address(email: &Personal<EmailAddress>) -> Option<&str> {
    email.known().map(EmailAddress::as_str)
}
