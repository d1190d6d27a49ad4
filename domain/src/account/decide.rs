//! Which commands an account accepts, and what is recorded when it does.

use chrono::{DateTime, Duration, Utc};

use super::{
    Account, AccountCommand, AccountError, AccountEvent, AccountNotice, Holder, PreferenceChange, TokenEnd,
};
use crate::authentication::{Change, Lent};
use crate::{
    CredentialId, Language, MembershipId, MessageId, OrganizationId, Personal, TimeZone, Undeliverable,
};

/// How long a GDPR token holds.
pub const GDPR_TOKEN_LIFE: Duration = Duration::days(365);
/// How long a new second factor can be taken back, by a link in the mail that tells of it.
pub const FACTOR_UNDO_LIFE: Duration = Duration::days(7);
/// Recovery codes that are made at once.
pub const RECOVERY_CODES: u32 = 10;

type Decision = Result<Vec<AccountEvent>, AccountError>;

fn one(event: AccountEvent) -> Decision {
    Ok(vec![event])
}

impl Account {
    pub(super) fn decide(&self, command: AccountCommand, now: DateTime<Utc>) -> Decision {
        let mut events = self.decide_alone(command, now)?;
        if let Some(holder) = &self.holder {
            events.extend(holder.ended_by(&events, now));
        }
        Ok(events)
    }

    fn decide_alone(&self, command: AccountCommand, now: DateTime<Utc>) -> Decision {
        match command {
            AccountCommand::Register { account_id, email, name, preferences, policy_version } => {
                if self.holder.is_some() || self.ended.is_some() {
                    return Err(AccountError::AlreadyRegistered);
                }
                one(AccountEvent::Registered {
                    account_id,
                    email: Personal::profile(account_id, email),
                    name: Personal::profile(account_id, name),
                    preferences,
                    policy_version,
                })
            }
            // An operator may look also at what has ended, and messages may come late.
            AccountCommand::RecordHistoryViewed { what, until } => {
                self.exists().and_then(|()| one(AccountEvent::HistoryViewed { what, until }))
            }
            AccountCommand::RecordNotice { message_id, notice, undeliverable } => {
                self.exists().and_then(|()| one(self.record_notice(message_id, notice, undeliverable, now)))
            }
            AccountCommand::RecordErasure { destroyed_keys } => self.record_erasure(destroyed_keys),
            command => self.holder()?.decide(command, now),
        }
    }

    fn exists(&self) -> Result<(), AccountError> {
        if self.holder.is_some() || self.ended.is_some() { Ok(()) } else { Err(AccountError::Unknown) }
    }

    fn record_notice(
        &self,
        message_id: MessageId,
        notice: AccountNotice,
        undeliverable: Option<Undeliverable>,
        now: DateTime<Utc>,
    ) -> AccountEvent {
        let awaited = self.awaits(notice, now);
        match undeliverable {
            None => AccountEvent::NoticeSent { message_id, notice, awaited },
            reason => AccountEvent::NoticeUndeliverable { message_id, notice, awaited, reason },
        }
    }

    fn record_erasure(&self, destroyed_keys: Vec<String>) -> Decision {
        let ended = self.ended.as_ref().ok_or(AccountError::Unknown)?;
        Ok(if ended.erased { Vec::new() } else { vec![AccountEvent::PersonalDataErased { destroyed_keys }] })
    }
}

impl Holder {
    fn decide(&self, command: AccountCommand, now: DateTime<Utc>) -> Decision {
        use AccountCommand as C;
        use AccountEvent as E;
        match command {
            C::RecordSignIn { session_id, passkey_id } => one(E::SignedIn { session_id, passkey_id }),
            C::RecordSecondStepAsked { challenge_id } => one(E::SecondStepAsked { challenge_id }),
            C::RecordSecondFactorAsked { challenge_id, channel } => {
                one(E::SecondFactorAsked { challenge_id, channel })
            }
            C::RecordSignOut { session_id, reason } => one(E::SignedOut { session_id, reason }),
            C::RecordReauthentication { session_id, passkey_id } => {
                one(E::Reauthenticated { session_id, passkey_id })
            }
            C::ChangeName { name } if self.name.known() == Some(&name) => Ok(Vec::new()),
            C::ChangeName { name } => one(E::NameChanged { name: Personal::profile(self.account_id, name) }),
            C::ChangeBillingEmail { billing_email } => Ok(self.change_billing_email(billing_email)),
            C::ChangeLocale { language, time_zone } => Ok(self.change_locale(language, time_zone)),
            C::UndoBillingEmail => one(E::BillingEmailUndone {}),
            C::RequestEmailChange { change_id, email } => self.request_email_change(change_id, email, now),
            C::ConfirmEmailChange { change_id } => self.confirm_email_change(change_id, now),
            C::CancelEmailChange => Ok(self.cancel_email_change()),
            C::UndoEmailChange { change_id } => self.undo_email_change(change_id, now),
            C::ReleaseFormerEmail { change_id } => Ok(self.release_former_email(change_id, now)),
            C::ChangePassword => one(E::PasswordChanged {}),
            C::RecordPasswordResetAsked { expires_at } => one(E::PasswordResetAsked { expires_at }),
            C::ResetPassword => one(E::PasswordReset {}),
            C::RequestPhoneChange { challenge_id, number, channel } => one(E::PhoneChangeRequested {
                challenge_id,
                number: Personal::profile(self.account_id, number),
                channel,
            }),
            C::VerifyPhone { challenge_id, recovery_codes } => {
                self.verify_phone(challenge_id, recovery_codes)
            }
            C::EndSessions => one(E::SessionsEnded {}),
            C::BeginFactorRemoval { proof, note_id, due_at } => {
                self.begin_factor_removal(proof, note_id, due_at)
            }
            C::StopFactorRemoval => self.stop_factor_removal(),
            C::RemoveFactor => Ok(self.remove_factor(now)),
            C::UndoSecondFactor { factor } => self.undo_second_factor(factor),
            C::RemovePhone => self.remove_phone(),
            C::AddAuthenticatorApp { recovery_codes } => Ok(self.add_authenticator_app(recovery_codes)),
            C::RemoveAuthenticatorApp => self.remove_authenticator_app(),
            C::AddPasskey { passkey_id, name, recovery_codes } => {
                self.add_passkey(passkey_id, name, recovery_codes, now)
            }
            C::RenamePasskey { passkey_id, name } => self.rename_passkey(passkey_id, name),
            C::RemovePasskey { passkey_id } => self.remove_passkey(passkey_id),
            C::IssueRecoveryCodes { count } => {
                self.with_second_factor().and_then(|()| one(E::RecoveryCodesIssued { count }))
            }
            C::RecordRecoveryCodeUsed => {
                let left = self.recovery_codes.saturating_sub(1);
                self.with_second_factor().and_then(|()| one(E::RecoveryCodeUsed { left }))
            }
            C::ChangePreferences { personalization, usage_logging, policy_version } => {
                Ok(self.change_preferences(personalization, usage_logging, policy_version))
            }
            C::IssueGdprToken { credential_id, fingerprint } => one(E::GdprTokenIssued {
                credential_id,
                fingerprint,
                expires_at: now + GDPR_TOKEN_LIFE,
                replaces: self.gdpr_token.as_ref().map(|token| token.credential_id),
            }),
            C::EndGdprToken { credential_id, reason } => self.end_gdpr_token(credential_id, reason, now),
            C::JoinOrganization { organization_id, membership_id } => {
                self.join(organization_id, membership_id)
            }
            C::LeaveOrganization { organization_id } => self.leave(organization_id),
            C::RecordFailedTries { failed } => one(E::FailedTriesNoted { failed }),
            C::Delete => self.delete(now),
            // Decided before there need be a holder.
            C::Register { .. }
            | C::RecordHistoryViewed { .. }
            | C::RecordNotice { .. }
            | C::RecordErasure { .. } => Ok(Vec::new()),
        }
    }

    /// What the account itself holds that ends with these events, by the table.
    fn ended_by(&self, events: &[AccountEvent], now: DateTime<Utc>) -> Vec<AccountEvent> {
        let changes: Vec<Change> = events.iter().filter_map(AccountEvent::change).collect();
        let ends = |lent| changes.iter().any(|change| change.ends(lent));
        let told = |told: fn(&AccountEvent) -> bool| events.iter().any(told);
        let mut ended = Vec::new();
        // A change of the address that is confirmed or taken back, and the end of the account, say so themselves.
        let says_so = told(|event| {
            use AccountEvent as E;
            matches!(event, E::EmailChanged { .. } | E::EmailChangeUndone { .. } | E::Deleted { .. })
        });
        if let Some(change) =
            self.email_change.as_ref().filter(|_| ends(Lent::PendingEmailChange) && !says_so)
        {
            let (change_id, cancelled) = (change.change_id, false);
            ended.push(AccountEvent::EmailChangeEnded { change_id, cancelled });
        }
        let deleted = told(|event| matches!(event, AccountEvent::Deleted { .. }));
        if let Some(token) = self.gdpr_token.as_ref().filter(|_| ends(Lent::GdprToken) && !deleted) {
            let (credential_id, reason) = (token.credential_id, TokenEnd::Revoked);
            ended.push(AccountEvent::GdprTokenEnded { credential_id, reason });
        }
        ended.extend(self.passkeys_ended_by(events, now));
        ended
    }

    fn leave(&self, organization_id: OrganizationId) -> Decision {
        if !self.memberships.contains_key(&organization_id) {
            return Err(AccountError::NotMember);
        }
        one(AccountEvent::OrganizationLeft { organization_id })
    }

    fn change_billing_email(&self, billing_email: Option<crate::EmailAddress>) -> Vec<AccountEvent> {
        if self.billing_email.as_ref().and_then(Personal::known) == billing_email.as_ref() {
            return Vec::new();
        }
        let billing_email = billing_email.map(|email| Personal::profile(self.account_id, email));
        vec![AccountEvent::BillingEmailChanged { billing_email }]
    }

    fn change_locale(
        &self,
        language: Option<Option<Language>>,
        time_zone: Option<Option<TimeZone>>,
    ) -> Vec<AccountEvent> {
        let language = self.chosen(language, &self.language);
        let time_zone = self.chosen(time_zone, &self.time_zone);
        if language == self.language && time_zone == self.time_zone {
            return Vec::new();
        }
        vec![AccountEvent::LocaleChanged { language, time_zone }]
    }

    /// What holds after a wish: what is left out stays.
    fn chosen<T: Clone>(&self, wish: Option<Option<T>>, now: &Option<Personal<T>>) -> Option<Personal<T>> {
        match wish {
            None => now.clone(),
            Some(value) => value.map(|value| Personal::profile(self.account_id, value)),
        }
    }

    /// A consent record holds from what, to what and under which policy (GDPR Art. 7(1)). Setting
    /// a switch to what it is already is no change and leaves no record.
    fn change_preferences(
        &self,
        personalization: Option<bool>,
        usage_logging: Option<bool>,
        policy_version: String,
    ) -> Vec<AccountEvent> {
        let change = |from: bool, to: Option<bool>| {
            to.filter(|to| *to != from).map(|to| PreferenceChange { from, to })
        };
        let personalization = change(self.preferences.personalization, personalization);
        let usage_logging = change(self.preferences.usage_logging, usage_logging);
        if personalization.is_none() && usage_logging.is_none() {
            return Vec::new();
        }
        vec![AccountEvent::PreferencesChanged {
            account_id: self.account_id,
            personalization,
            usage_logging,
            policy_version,
        }]
    }

    /// It expires when its time is over, and not before.
    fn end_gdpr_token(&self, credential_id: CredentialId, reason: TokenEnd, now: DateTime<Utc>) -> Decision {
        let held = self.gdpr_token.as_ref().filter(|token| token.credential_id == credential_id);
        match held {
            Some(token) if reason == TokenEnd::Expired && now < token.expires_at => Ok(Vec::new()),
            Some(_) => one(AccountEvent::GdprTokenEnded { credential_id, reason }),
            None => Err(AccountError::NoGdprToken),
        }
    }

    fn join(&self, organization_id: OrganizationId, membership_id: MembershipId) -> Decision {
        if self.memberships.contains_key(&organization_id) {
            return Err(AccountError::AlreadyMember);
        }
        one(AccountEvent::OrganizationJoined { organization_id, membership_id })
    }

    /// Its memberships must have ended before, in the same step: an organization decides itself whether it can
    /// do without the account.
    fn delete(&self, now: DateTime<Utc>) -> Decision {
        if !self.memberships.is_empty() {
            return Err(AccountError::StillMember);
        }
        let released = self.all_emails();
        one(AccountEvent::Deleted { account_id: self.account_id, deleted_at: now, released })
    }
}
