//! A person who signs in, the *account holder*, and their settings.

mod command;
mod decide;
mod effects;
mod email_change;
mod error;
mod event;
mod factor_removal;
mod fold;
mod model;
mod notice;
mod schedule;
mod second_factor;
mod sentence;
mod terms;
#[cfg(test)]
mod tests;

use cqrs_es::Aggregate;

pub use command::AccountCommand;
pub use decide::{FACTOR_UNDO_LIFE, GDPR_TOKEN_LIFE, RECOVERY_CODES};
pub use email_change::{CONFIRMATION_LIFE, UNDO_LIFE};
pub use error::AccountError;
pub use event::AccountEvent;
pub use factor_removal::{FactorRemoval, IdentityProof, LONGEST_FACTOR_REMOVAL_WAIT};
pub use model::{
    Account, EmailChange, Ended, FormerEmail, GdprToken, Holder, Passkey, Phone, PhoneChange, Preferences,
};
pub use notice::{AccountNotice, Channel};
pub use schedule::{AccountTask, ERASURE_PATIENCE, schedule};
pub use second_factor::MOST_PASSKEYS;
pub use terms::{
    FailedTries, FailedTryKind, PreferenceChange, SecondFactor, SignOutReason, TokenEnd, Viewed,
};

use crate::aggregate::handle_by_deciding;
use crate::{Snapshot, Standalone};

impl Account {
    /// The account, or the refusal that there is none.
    ///
    /// # Errors
    /// When it was never registered, or has ended.
    pub fn holder(&self) -> Result<&Holder, AccountError> {
        self.holder.as_ref().ok_or(AccountError::Unknown)
    }
}

impl Standalone for Account {}

impl Snapshot for Account {
    const SCHEMA_VERSION: i32 = 4;
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    handle_by_deciding!(AccountCommand, AccountEvent, AccountError);

    fn apply(&mut self, event: AccountEvent) {
        self.fold(event);
    }
}
