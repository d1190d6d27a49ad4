//! Second factors: the phone, the authenticator app and passkeys, and the recovery codes that stand for all of them.
//!
//! What always holds: recovery codes come with the first second factor and go with the last one. A factor that was added can be taken
//! back for a week, by a link in the mail that tells of it. A passkey signs in without a password, so those that can still be taken back
//! end wherever the holder takes back something else: an intruder may have added them.

use chrono::{DateTime, Utc};

use super::{AccountError, AccountEvent, FACTOR_UNDO_LIFE, Holder, Passkey, SecondFactor};
use crate::authentication::{Change, Lent};
use crate::{ChallengeId, PasskeyId, Personal};

type Decision = Result<Vec<AccountEvent>, AccountError>;

/// Passkeys that an account can have.
pub const MOST_PASSKEYS: usize = 20;

impl Holder {
    /// Whether the password alone does not sign in.
    pub fn has_second_factor(&self) -> bool {
        self.count_factors() > 0
    }

    fn count_factors(&self) -> usize {
        usize::from(self.phone.is_some()) + usize::from(self.authenticator_app) + self.passkeys.len()
    }

    /// Whether another second factor is left when one goes.
    pub fn has_others(&self) -> bool {
        self.count_factors() > 1
    }

    pub(super) fn with_second_factor(&self) -> Result<(), AccountError> {
        if self.has_second_factor() { Ok(()) } else { Err(AccountError::NoSecondFactor) }
    }

    fn with_passkey(&self, passkey_id: PasskeyId) -> Result<&Passkey, AccountError> {
        self.passkeys.get(&passkey_id).ok_or(AccountError::NoPasskey)
    }

    /// A new phone comes with new recovery codes.
    pub(super) fn verify_phone(&self, challenge_id: ChallengeId, recovery_codes: u32) -> Decision {
        let waiting = self.phone_change.as_ref().filter(|phone| phone.challenge_id == challenge_id);
        let phone = waiting.ok_or(AccountError::NoPhoneChange)?;
        Ok(vec![
            AccountEvent::PhoneVerified { number: phone.number.clone(), channel: phone.channel },
            AccountEvent::RecoveryCodesIssued { count: recovery_codes },
        ])
    }

    pub(super) fn remove_phone(&self) -> Decision {
        self.phone.as_ref().ok_or(AccountError::NoSecondFactor)?;
        Ok(vec![AccountEvent::PhoneRemoved { others_left: self.has_others() }])
    }

    /// In place of the one there is, if there is one.
    pub(super) fn add_authenticator_app(&self, recovery_codes: u32) -> Vec<AccountEvent> {
        self.with_first_codes(AccountEvent::AuthenticatorAppAdded {}, recovery_codes)
    }

    pub(super) fn remove_authenticator_app(&self) -> Decision {
        if !self.authenticator_app {
            return Err(AccountError::NoSecondFactor);
        }
        Ok(vec![AccountEvent::AuthenticatorAppRemoved { others_left: self.has_others() }])
    }

    pub(super) fn add_passkey(
        &self,
        passkey_id: PasskeyId,
        name: String,
        recovery_codes: u32,
        now: DateTime<Utc>,
    ) -> Decision {
        if self.passkeys.len() >= MOST_PASSKEYS {
            return Err(AccountError::TooManyPasskeys);
        }
        let name = Personal::profile(self.account_id, name);
        let undo_until = now + FACTOR_UNDO_LIFE;
        let added = AccountEvent::PasskeyAdded { passkey_id, name, undo_until };
        Ok(self.with_first_codes(added, recovery_codes))
    }

    fn with_first_codes(&self, added: AccountEvent, recovery_codes: u32) -> Vec<AccountEvent> {
        let codes = AccountEvent::RecoveryCodesIssued { count: recovery_codes };
        if self.has_second_factor() { vec![added] } else { vec![added, codes] }
    }

    pub(super) fn rename_passkey(&self, passkey_id: PasskeyId, name: String) -> Decision {
        if self.with_passkey(passkey_id)?.name.known() == Some(&name) {
            return Ok(Vec::new());
        }
        let name = Personal::profile(self.account_id, name);
        Ok(vec![AccountEvent::PasskeyRenamed { passkey_id, name }])
    }

    pub(super) fn remove_passkey(&self, passkey_id: PasskeyId) -> Decision {
        self.with_passkey(passkey_id)?;
        Ok(vec![AccountEvent::PasskeyRemoved { passkey_id, others_left: self.has_others() }])
    }

    pub(super) fn undo_second_factor(&self, factor: SecondFactor) -> Decision {
        let is_there = match factor {
            SecondFactor::Phone => self.phone.is_some(),
            SecondFactor::RecoveryCodes => self.has_second_factor(),
            SecondFactor::AuthenticatorApp => self.authenticator_app,
            SecondFactor::Passkey(id) => self.passkeys.contains_key(&id),
        };
        if !is_there {
            return Err(AccountError::NoSecondFactor);
        }
        Ok(vec![AccountEvent::SecondFactorUndone { factor }])
    }

    /// The passkeys that end with these events, since they can still be taken back.
    pub(super) fn passkeys_ended_by(
        &self,
        events: &[AccountEvent],
        now: DateTime<Utc>,
    ) -> Option<AccountEvent> {
        use AccountEvent as E;
        // The removal of all factors, and the end of the account, say so themselves.
        let says_so = events.iter().any(|event| matches!(event, E::FactorRemoved {} | E::Deleted { .. }));
        let ends = |change: Change| change.ends(Lent::RecentPasskeys);
        if says_so || !events.iter().filter_map(E::change).any(ends) {
            return None;
        }
        let mut left = self.clone();
        events.iter().cloned().for_each(|event| left.fold(event));
        let recent = left.passkeys.iter().filter(|(_, passkey)| now < passkey.undo_until);
        let passkey_ids: Vec<PasskeyId> = recent.map(|(id, _)| *id).collect();
        let others_left = left.count_factors() > passkey_ids.len();
        (!passkey_ids.is_empty()).then_some(E::PasskeysEnded { passkey_ids, others_left })
    }

    /// Recovery codes go with the last second factor.
    pub(super) fn forget_codes_without_factor(&mut self) {
        if !self.has_second_factor() {
            self.recovery_codes = 0;
        }
    }
}
