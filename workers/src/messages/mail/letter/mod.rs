//! What an account holder is told by mail about their account and all that belongs to it, and the one letter to
//! those invited.
//!
//! What always holds: a letter says what happened and when, and what to do if it was not the reader. Every link
//! is built from the configured [`PublicUrl`](super::PublicUrl), or is the configured place of the account; its token is behind the `#`, which no browser sends to a server: so
//! it is in no log and in no `Referer`. No link does anything by being opened (mail scanners open them all), it
//! leads to a page that asks. Nothing is told that the program does not do. A crash leaves nothing: this makes
//! text.

mod credentials;
mod email;
mod organization;
mod recovery;
mod sign_in;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use domain::EmailAddress;
use domain::message::MessageBody;

use super::Letterhead;
use super::block::{Block, paragraph, quoted};
use super::layout::{Reader, Rendered, render};

/// The subject of a letter, and what it consists of.
type Draft = (Cow<'static, str>, Vec<Block>);

/// Whom a letter names, as they are called when it is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Its reader, where they gave a name.
    pub(crate) reader: Option<String>,
    /// The person who invites them.
    pub(crate) inviter: Option<Inviter>,
}

/// A person who invites.
#[derive(Clone, Debug)]
pub(crate) struct Inviter {
    /// Their name, where they gave one.
    pub(crate) name: Option<String>,
    /// Where they read mail.
    pub(crate) email: EmailAddress,
}

impl fmt::Display for Inviter {
    /// The address as well: anybody can take any name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let email = self.email.as_str();
        match &self.name {
            Some(name) => write!(f, "{} ({email})", quoted(name)),
            None => f.write_str(email),
        }
    }
}

/// The letter that says it. None for what goes to phones alone.
pub(crate) fn write(head: &Letterhead, says: &MessageBody, names: &Names) -> Option<Rendered> {
    let (subject, blocks) = draft(head, says, names)?;
    Some(render(head, subject, reader(says, names), &blocks))
}

/// The same, where it stands for some `others` of its kind.
pub(crate) fn write_for_many(
    head: &Letterhead,
    says: &MessageBody,
    others: u32,
    names: &Names,
) -> Option<Rendered> {
    let (subject, mut blocks) = draft(head, says, names)?;
    blocks.push(gathered(others));
    Some(render(head, subject, reader(says, names), &blocks))
}

/// The reader of a letter: some go to addresses that have no account, or not the one they tell of.
fn reader<'a>(says: &MessageBody, names: &'a Names) -> Reader<'a> {
    let name = names.reader.as_deref();
    match says {
        MessageBody::Invitation { .. }
        | MessageBody::EmailConfirmation { .. }
        | MessageBody::AccountDeleted { .. }
        | MessageBody::BillingEmailChanged { of_reader: false, token: None, .. } => Reader::Anyone(name),
        _ => Reader::Holder(name),
    }
}

/// Where a reader goes who was told to do something about their account.
fn account(head: &Letterhead) -> Block {
    Block::Link("Go to your account", head.account_url().to_owned())
}

/// What a letter says of the others that it stands for.
fn gathered(others: u32) -> Block {
    let times = match others {
        1 => "once more".to_owned(),
        others => format!("{others} more times"),
    };
    paragraph(format!(
        "The same happened {times} shortly before. So that your mailbox does not fill up, this is the one mail about \
         all of it; your history lists each of them."
    ))
}

fn draft(head: &Letterhead, says: &MessageBody, names: &Names) -> Option<Draft> {
    Some(match says {
        MessageBody::NewDevice { at, program, ip_address } => {
            sign_in::new_device(head, *at, program.as_deref(), *ip_address)
        }
        MessageBody::EmailConfirmation { token, confirm_by } => email::confirmation(head, token, *confirm_by),
        MessageBody::EmailChange { at, token, undo_until } => email::change(head, *at, token, *undo_until),
        MessageBody::EmailChangeUndone { at } => email::change_undone(*at),
        MessageBody::PasswordChanged { at } => sign_in::password_changed(head, *at),
        MessageBody::PasswordResetLink { token, expires_at } => {
            sign_in::password_reset_link(head, token, *expires_at)
        }
        MessageBody::Code { .. } => return None,
        MessageBody::PhoneVerified { at, phone, undo } => {
            sign_in::phone_verified(head, *at, phone, undo.as_ref())
        }
        MessageBody::PhoneRemoved { at } => sign_in::phone_removed(head, *at),
        MessageBody::SessionsEnded { at } => recovery::sessions_ended(head, *at),
        MessageBody::FactorRemovalBegun { at, proof, due_at, token } => {
            recovery::factor_removal_begun(head, *at, *proof, (token, *due_at))
        }
        MessageBody::FactorRemovalStopped { at } => recovery::factor_removal_stopped(head, *at),
        MessageBody::FactorRemoved { at } => recovery::factor_removed(head, *at),
        MessageBody::SecondFactorUndone { at, factor } => sign_in::second_factor_undone(*at, *factor),
        MessageBody::RecoveryCodesIssued { at, undo } => {
            sign_in::recovery_codes_issued(head, *at, undo.as_ref())
        }
        MessageBody::RecoveryCodeUsed { at, left } => sign_in::recovery_code_used(head, *at, *left),
        MessageBody::FailedCodes { tries, networks, since, until } => {
            sign_in::failed_codes(head, *tries, *networks, (*since, *until))
        }
        MessageBody::CredentialsReset { at, project, previous_ends_at, by_reader } => {
            credentials::reset(*at, project, *previous_ends_at, *by_reader)
        }
        MessageBody::CredentialsRevealed { at, project, by_reader } => {
            credentials::revealed(*at, project, *by_reader)
        }
        MessageBody::CredentialsRevoked { at, project } => credentials::revoked(head, *at, project),
        MessageBody::GdprTokenIssued { at, expires_at, replaces } => {
            credentials::token_issued(head, *at, *expires_at, *replaces)
        }
        MessageBody::GdprTokenRevoked { at } => credentials::token_revoked(head, *at),
        MessageBody::GdprTokenExpires { expires_at, days } => credentials::token_expires(*expires_at, *days),
        MessageBody::GdprTokenExpired { at } => credentials::token_expired(*at),
        MessageBody::BillingEmailChanged { at, set, of_reader, token, undo_until } => {
            let link = token.as_deref().map(|token| (token, *undo_until));
            email::billing_changed(head, *at, (*set, *of_reader), link)
        }
        MessageBody::BillingEmailUndone { at } => email::billing_undone(*at),
        MessageBody::ArchiveDownloaded { at, request_id, program, ip_address } => {
            sign_in::archive_downloaded(head, *at, *request_id, program.as_deref(), *ip_address)
        }
        MessageBody::TeamChanged { at, organization, member, change, by_reader } => {
            organization::team_changed(*at, organization, *member, *change, *by_reader)
        }
        MessageBody::ProjectOwnersChanged { at, project, change, by_reader } => {
            organization::project_owners_changed(*at, project, *change, *by_reader)
        }
        MessageBody::RoleChanged { at, organization, role, is_less } => {
            organization::role_changed(*at, organization, *role, *is_less)
        }
        MessageBody::MembershipEnded { at, organization } => {
            organization::membership_ended(*at, organization)
        }
        MessageBody::AccountDeleted { at, exports } => {
            sign_in::account_deleted(head, *at, exports.unwrap_or_default())
        }
        MessageBody::Invitation { organization, role, token, expires_at, .. } => {
            let (into, link) = ((organization.as_str(), *role), (token.as_str(), *expires_at));
            organization::invitation(head, names.inviter.as_ref(), into, link)
        }
    })
}

/// When a letter is too late to be of use, if ever: its link is dead, or what it warns of has come.
pub(crate) fn useful_until(says: &MessageBody) -> Option<DateTime<Utc>> {
    match says {
        MessageBody::EmailConfirmation { confirm_by: until, .. }
        | MessageBody::PasswordResetLink { expires_at: until, .. }
        | MessageBody::FactorRemovalBegun { due_at: until, .. }
        | MessageBody::GdprTokenExpires { expires_at: until, .. }
        | MessageBody::Invitation { expires_at: until, .. } => Some(*until),
        _ => None,
    }
}
