//! Moving to another sign-in address, and back.
//!
//! The new address holds once a reader of mail there confirms it. The reader of mail at the old one is told
//! at once and can take the change back for a week, also after it was confirmed: an intruder in a session
//! shall not take over the account. As long as it can be taken back the old address stays reserved. Each
//! change is one of its own: a confirmation proves one address, for one account, in one change.

use chrono::{DateTime, Duration, Utc};

use super::{AccountError, AccountEvent, EmailChange, FormerEmail, Holder};
use crate::{EmailAddress, EmailChangeId, Personal};

/// How long a new address can be confirmed.
pub const CONFIRMATION_LIFE: Duration = Duration::hours(24);
/// How long a change can be taken back, from the wish on.
pub const UNDO_LIFE: Duration = Duration::days(7);

type Decision = Result<Vec<AccountEvent>, AccountError>;

impl Holder {
    /// A wish takes the place of an earlier one that was not confirmed yet.
    pub(super) fn request_email_change(
        &self,
        change_id: EmailChangeId,
        email: EmailAddress,
        now: DateTime<Utc>,
    ) -> Decision {
        if self.email.known().is_some_and(|present| present.as_str() == email.as_str()) {
            return Err(AccountError::SameEmail);
        }
        Ok(vec![AccountEvent::EmailChangeRequested {
            change_id,
            email: Personal::profile(self.account_id, email),
            confirm_by: now + CONFIRMATION_LIFE,
            undo_until: now + UNDO_LIFE,
        }])
    }

    pub(super) fn confirm_email_change(&self, change_id: EmailChangeId, now: DateTime<Utc>) -> Decision {
        let pending = self.email_change.as_ref().filter(|change| change.change_id == change_id);
        match pending {
            Some(EmailChange { email, confirm_by, undo_until, .. }) if now < *confirm_by => {
                Ok(vec![AccountEvent::EmailChanged {
                    change_id,
                    email: email.clone(),
                    former: self.email.clone(),
                    undo_until: *undo_until,
                }])
            }
            _ => Err(AccountError::NoEmailChange),
        }
    }

    pub(super) fn cancel_email_change(&self) -> Vec<AccountEvent> {
        let pending = self.email_change.iter();
        pending
            .map(|change| AccountEvent::EmailChangeEnded { change_id: change.change_id, cancelled: true })
            .collect()
    }

    /// Going back over a change goes back over all that came after it.
    pub(super) fn undo_email_change(&self, change_id: EmailChangeId, now: DateTime<Utc>) -> Decision {
        let pending = self.email_change.as_ref().filter(|change| change.change_id == change_id);
        if pending.is_some_and(|change| now < change.undo_until) {
            return Ok(vec![AccountEvent::EmailChangeUndone {
                changes: vec![change_id],
                email: self.email.clone(),
                released: Vec::new(),
            }]);
        }
        let found = self.former_emails.iter().position(|former| former.change_id == change_id);
        let (kept, undone) = self.former_emails.split_at(found.ok_or(AccountError::NoEmailChange)?);
        let Some(FormerEmail { email, undo_until, .. }) = undone.first() else {
            return Err(AccountError::NoEmailChange);
        };
        if now >= *undo_until {
            return Err(AccountError::NoEmailChange);
        }
        let later = undone.iter().skip(1).map(|former| &former.email).chain([&self.email]);
        let held: Vec<_> = kept.iter().map(|former| &former.email).chain([email]).collect();
        let mut changes: Vec<EmailChangeId> = undone.iter().map(|former| former.change_id).collect();
        changes.extend(self.email_change.as_ref().map(|change| change.change_id));
        Ok(vec![AccountEvent::EmailChangeUndone {
            changes,
            email: email.clone(),
            released: given_up(later, &held),
        }])
    }

    pub(super) fn release_former_email(
        &self,
        change_id: EmailChangeId,
        now: DateTime<Utc>,
    ) -> Vec<AccountEvent> {
        let found = self.former_emails.iter().find(|former| former.change_id == change_id);
        let Some(former) = found.filter(|former| now >= former.undo_until) else { return Vec::new() };
        let others = self.former_emails.iter().filter(|other| other.change_id != change_id);
        let held: Vec<_> = others.map(|other| &other.email).chain([&self.email]).collect();
        let email = given_up([&former.email], &held).pop();
        vec![AccountEvent::FormerEmailReleased { change_id, email }]
    }

    /// Every address that it holds: the sign-in address, and those to which it may go back.
    pub(super) fn all_emails(&self) -> Vec<Personal<EmailAddress>> {
        let former = self.former_emails.iter().map(|former| &former.email);
        given_up([&self.email].into_iter().chain(former), &[])
    }
}

/// Those of `addresses` that are none of `held`, each once: an account can have gone to and fro between them.
fn given_up<'a>(
    addresses: impl IntoIterator<Item = &'a Personal<EmailAddress>>,
    held: &[&Personal<EmailAddress>],
) -> Vec<Personal<EmailAddress>> {
    let mut given_up: Vec<Personal<EmailAddress>> = Vec::new();
    for address in addresses {
        if !held.iter().copied().chain(&given_up).any(|other| same(other, address)) {
            given_up.push(address.clone());
        }
    }
    given_up
}

/// Whether two addresses are one: as names that can have one owner.
fn same(one: &Personal<EmailAddress>, other: &Personal<EmailAddress>) -> bool {
    let canonical = |address: &Personal<EmailAddress>| address.known().map(EmailAddress::canonical);
    canonical(one) == canonical(other)
}
