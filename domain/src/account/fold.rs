//! How events change an account: they only assign.

use super::{
    Account, AccountEvent, EmailChange, Ended, FactorRemoval, FormerEmail, GdprToken, Holder, Passkey, Phone,
    PhoneChange, SecondFactor,
};
use crate::authentication::Lent;

impl Account {
    pub(super) fn fold(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Registered { account_id, email, name, preferences, .. } => {
                self.holder = Some(Holder {
                    account_id,
                    email,
                    name,
                    billing_email: None,
                    language: None,
                    time_zone: None,
                    preferences,
                    email_change: None,
                    former_emails: Vec::new(),
                    phone: None,
                    phone_change: None,
                    authenticator_app: false,
                    passkeys: Default::default(),
                    recovery_codes: 0,
                    memberships: Default::default(),
                    gdpr_token: None,
                    factor_removal: None,
                });
            }
            AccountEvent::Deleted { account_id, deleted_at, .. } => {
                self.holder = None;
                self.ended = Some(Ended { account_id, deleted_at, last_notice_done: false, erased: false });
            }
            event => match (&mut self.holder, &mut self.ended) {
                (Some(holder), _) => holder.fold(event),
                (None, Some(ended)) => ended.fold(&event),
                (None, None) => {}
            },
        }
    }
}

#[warn(clippy::wildcard_enum_match_arm)]
impl Ended {
    fn fold(&mut self, event: &AccountEvent) {
        use AccountEvent as E;
        match event {
            E::NoticeSent { awaited: true, .. } | E::NoticeUndeliverable { awaited: true, .. } => {
                self.last_notice_done = true;
            }
            E::PersonalDataErased { .. } => self.erased = true,
            E::Registered { .. }
            | E::SignedIn { .. }
            | E::SecondFactorAsked { .. }
            | E::SecondStepAsked { .. }
            | E::SignedOut { .. }
            | E::Reauthenticated { .. }
            | E::NameChanged { .. }
            | E::BillingEmailChanged { .. }
            | E::BillingEmailUndone {}
            | E::LocaleChanged { .. }
            | E::EmailChangeRequested { .. }
            | E::EmailChanged { .. }
            | E::EmailChangeUndone { .. }
            | E::EmailChangeEnded { .. }
            | E::FormerEmailReleased { .. }
            | E::PasswordChanged {}
            | E::PasswordResetAsked { .. }
            | E::PasswordReset {}
            | E::PhoneChangeRequested { .. }
            | E::PhoneVerified { .. }
            | E::PhoneRemoved { .. }
            | E::AuthenticatorAppAdded {}
            | E::AuthenticatorAppRemoved { .. }
            | E::PasskeyAdded { .. }
            | E::PasskeyRenamed { .. }
            | E::PasskeyRemoved { .. }
            | E::PasskeysEnded { .. }
            | E::SecondFactorUndone { .. }
            | E::SessionsEnded {}
            | E::FactorRemovalBegun { .. }
            | E::FactorRemovalStopped {}
            | E::FactorRemoved {}
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
            | E::Deleted { .. } => {}
        }
    }
}

#[warn(clippy::wildcard_enum_match_arm)]
impl Holder {
    pub(super) fn fold(&mut self, event: AccountEvent) {
        use AccountEvent as E;
        if event.change().is_some_and(|change| change.ends(Lent::PendingPhone)) {
            self.phone_change = None;
        }
        if event.change().is_some_and(|change| change.ends(Lent::PendingFactorRemoval)) {
            self.factor_removal = None;
        }
        match event {
            E::NameChanged { name } => self.name = name,
            E::BillingEmailChanged { billing_email } => self.billing_email = billing_email,
            E::BillingEmailUndone {} => self.billing_email = None,
            E::LocaleChanged { language, time_zone } => {
                (self.language, self.time_zone) = (language, time_zone);
            }
            E::PreferencesChanged { personalization, usage_logging, .. } => {
                let preferences = &mut self.preferences;
                preferences.personalization = personalization.map_or(preferences.personalization, |c| c.to);
                preferences.usage_logging = usage_logging.map_or(preferences.usage_logging, |c| c.to);
            }
            E::EmailChangeRequested { change_id, email, confirm_by, undo_until } => {
                self.email_change = Some(EmailChange { change_id, email, confirm_by, undo_until });
            }
            E::EmailChanged { change_id, email, former, undo_until } => {
                self.former_emails.push(FormerEmail { change_id, email: former, undo_until });
                self.email = email;
                self.email_change = None;
            }
            E::EmailChangeUndone { changes, email, .. } => {
                self.former_emails.retain(|former| !changes.contains(&former.change_id));
                self.email = email;
                self.email_change = None;
            }
            E::FormerEmailReleased { change_id, .. } => {
                self.former_emails.retain(|former| former.change_id != change_id);
            }
            E::PhoneChangeRequested { challenge_id, number, channel } => {
                self.phone_change = Some(PhoneChange { challenge_id, number, channel });
            }
            E::EmailChangeEnded { change_id, .. } => {
                self.email_change = self.email_change.take().filter(|change| change.change_id != change_id);
            }
            E::PhoneVerified { number, channel } => self.phone = Some(Phone { number, channel }),
            E::PhoneRemoved { .. } => self.phone = None,
            E::AuthenticatorAppAdded {} => self.authenticator_app = true,
            E::AuthenticatorAppRemoved { .. } => self.authenticator_app = false,
            E::PasskeyAdded { passkey_id, name, undo_until } => {
                self.passkeys.insert(passkey_id, Passkey { name, undo_until });
            }
            E::PasskeyRenamed { passkey_id, name } => {
                if let Some(passkey) = self.passkeys.get_mut(&passkey_id) {
                    passkey.name = name;
                }
            }
            E::PasskeyRemoved { passkey_id, .. } => {
                self.passkeys.remove(&passkey_id);
            }
            E::PasskeysEnded { passkey_ids, .. } => self.passkeys.retain(|id, _| !passkey_ids.contains(id)),
            E::FactorRemovalBegun { proof, due_at, .. } => {
                self.factor_removal = Some(FactorRemoval { proof, due_at });
            }
            E::FactorRemovalStopped {} => self.factor_removal = None,
            E::SecondFactorUndone { factor } => self.fold_undone(factor),
            E::FactorRemoved {} => {
                (self.phone, self.authenticator_app) = (None, false);
                self.passkeys.clear();
            }
            E::RecoveryCodesIssued { count } => self.recovery_codes = count,
            E::RecoveryCodeUsed { left } => self.recovery_codes = left,
            E::GdprTokenIssued { credential_id, fingerprint, expires_at, .. } => {
                let notices = Default::default();
                self.gdpr_token = Some(GdprToken { credential_id, fingerprint, expires_at, notices });
            }
            E::GdprTokenEnded { .. } => self.gdpr_token = None,
            E::OrganizationJoined { organization_id, membership_id } => {
                self.memberships.insert(organization_id, membership_id);
            }
            E::OrganizationLeft { organization_id } => {
                self.memberships.remove(&organization_id);
            }
            E::NoticeSent { notice, awaited, .. } | E::NoticeUndeliverable { notice, awaited, .. } => {
                if let Some(token) = self.gdpr_token.as_mut().filter(|_| awaited) {
                    token.notices.insert(notice);
                }
            }
            E::Registered { .. }
            | E::SignedIn { .. }
            | E::SecondFactorAsked { .. }
            | E::SecondStepAsked { .. }
            | E::SignedOut { .. }
            | E::Reauthenticated { .. }
            | E::PasswordChanged {}
            | E::PasswordResetAsked { .. }
            | E::PasswordReset {}
            | E::SessionsEnded {}
            | E::HistoryViewed { .. }
            | E::FailedTriesNoted { .. }
            | E::Deleted { .. }
            | E::PersonalDataErased { .. } => {}
        }
        self.forget_codes_without_factor();
    }

    /// With whatever is taken back go the recovery codes, which an intruder may have made.
    fn fold_undone(&mut self, factor: SecondFactor) {
        self.recovery_codes = 0;
        match factor {
            SecondFactor::Phone => self.phone = None,
            SecondFactor::AuthenticatorApp => self.authenticator_app = false,
            SecondFactor::Passkey(id) => {
                self.passkeys.remove(&id);
            }
            SecondFactor::RecoveryCodes => {}
        }
    }
}
