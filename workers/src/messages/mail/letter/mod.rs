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
mod second_factor;
mod sign_in;
#[cfg(test)]
mod tests;

use catalogue::Text;
use chrono::{DateTime, Utc};
use domain::EmailAddress;
use domain::message::MessageBody;

use super::Letterhead;
use super::block::{Block, paragraph};
use super::layout::{Reader, Rendered, render};
use super::paper::Paper;

/// The subject of a letter, and what it consists of.
type Draft = (String, Vec<Block>);

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

/// The letter that says it, in the words of its reader, standing for `others` more of its kind. None for what goes
/// to phones alone.
pub(crate) fn write_for_many(
    head: &Letterhead,
    text: &Text,
    says: &MessageBody,
    others: u32,
    names: &Names,
) -> Option<Rendered> {
    let paper = Paper { head, text };
    let (subject, mut blocks) = draft(paper, says, names)?;
    if others > 0 {
        blocks.push(paragraph(paper.say_with("mail-gathered", [("count", others.into())])));
    }
    Some(render(paper, subject, reader(says, names), &blocks))
}

/// Whether it goes to the holder of an account, not to an address that may be another's.
pub(crate) fn is_for_holder(says: &MessageBody) -> bool {
    match reader(says, &Names::default()) {
        Reader::Holder(_) => true,
        Reader::Anyone(_) => false,
    }
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

fn draft(paper: Paper<'_>, says: &MessageBody, names: &Names) -> Option<Draft> {
    Some(match says {
        MessageBody::NewDevice { at, program, ip_address } => {
            sign_in::new_device(paper, *at, program.as_deref(), *ip_address)
        }
        MessageBody::EmailConfirmation { token, confirm_by } => {
            email::confirmation(paper, token, *confirm_by)
        }
        MessageBody::EmailChange { at, token, undo_until } => email::change(paper, *at, token, *undo_until),
        MessageBody::EmailChangeUndone { at } => email::change_undone(paper, *at),
        MessageBody::PasswordChanged { at } => sign_in::password_changed(paper, *at),
        MessageBody::PasswordResetLink { token, expires_at } => {
            sign_in::password_reset_link(paper, token, *expires_at)
        }
        MessageBody::Code { .. } => return None,
        MessageBody::PhoneVerified { at, phone, undo } => {
            second_factor::phone_verified(paper, *at, phone, undo.as_ref())
        }
        MessageBody::PhoneRemoved { at, others_left } => {
            second_factor::phone_removed(paper, *at, *others_left)
        }
        MessageBody::AuthenticatorAppAdded { at, undo } => {
            second_factor::authenticator_app_added(paper, *at, undo)
        }
        MessageBody::AuthenticatorAppRemoved { at, others_left } => {
            second_factor::authenticator_app_removed(paper, *at, *others_left)
        }
        MessageBody::PasskeyAdded { at, name, undo } => second_factor::passkey_added(paper, *at, name, undo),
        MessageBody::PasskeyRemoved { at, name, others_left } => {
            second_factor::passkey_removed(paper, *at, name, *others_left)
        }
        MessageBody::SessionsEnded { at } => recovery::sessions_ended(paper, *at),
        MessageBody::FactorRemovalBegun { at, proof, due_at, token } => {
            recovery::factor_removal_begun(paper, *at, *proof, (token, *due_at))
        }
        MessageBody::FactorRemovalStopped { at } => recovery::factor_removal_stopped(paper, *at),
        MessageBody::FactorRemoved { at } => recovery::factor_removed(paper, *at),
        MessageBody::SecondFactorUndone { at, factor } => {
            second_factor::second_factor_undone(paper, *at, *factor)
        }
        MessageBody::RecoveryCodesIssued { at, undo } => {
            second_factor::recovery_codes_issued(paper, *at, undo.as_ref())
        }
        MessageBody::RecoveryCodeUsed { at, left } => second_factor::recovery_code_used(paper, *at, *left),
        MessageBody::FailedCodes { tries, networks, since, until } => {
            second_factor::failed_codes(paper, *tries, *networks, (*since, *until))
        }
        MessageBody::CredentialsReset { at, project, previous_ends_at, by_reader } => {
            credentials::reset(paper, *at, project, *previous_ends_at, *by_reader)
        }
        MessageBody::CredentialsRevealed { at, project, by_reader } => {
            credentials::revealed(paper, *at, project, *by_reader)
        }
        MessageBody::CredentialsRevoked { at, project } => credentials::revoked(paper, *at, project),
        MessageBody::GdprTokenIssued { at, expires_at, replaces } => {
            credentials::token_issued(paper, *at, *expires_at, *replaces)
        }
        MessageBody::GdprTokenRevoked { at } => credentials::token_revoked(paper, *at),
        MessageBody::GdprTokenExpires { expires_at, days } => {
            credentials::token_expires(paper, *expires_at, *days)
        }
        MessageBody::GdprTokenExpired { at } => credentials::token_expired(paper, *at),
        MessageBody::BillingEmailChanged { at, set, of_reader, token, undo_until } => {
            let link = token.as_deref().map(|token| (token, *undo_until));
            email::billing_changed(paper, *at, (*set, *of_reader), link)
        }
        MessageBody::BillingEmailUndone { at } => email::billing_undone(paper, *at),
        MessageBody::ArchiveDownloaded { at, request_id, program, ip_address } => {
            sign_in::archive_downloaded(paper, *at, *request_id, program.as_deref(), *ip_address)
        }
        MessageBody::TeamChanged { at, organization, member, change, by_reader } => {
            organization::team_changed(paper, *at, organization, (*member, *change), *by_reader)
        }
        MessageBody::ProjectOwnersChanged { at, project, change, by_reader } => {
            organization::project_owners_changed(paper, *at, project, *change, *by_reader)
        }
        MessageBody::SecondFactorDemandChanged { at, organization, demanded, by_reader } => {
            organization::second_factor_demand_changed(paper, *at, organization, *demanded, *by_reader)
        }
        MessageBody::RoleChanged { at, organization, role, is_less } => {
            organization::role_changed(paper, *at, organization, *role, *is_less)
        }
        MessageBody::MembershipEnded { at, organization } => {
            organization::membership_ended(paper, *at, organization)
        }
        MessageBody::AccountDeleted { at, exports, .. } => {
            sign_in::account_deleted(paper, *at, exports.unwrap_or_default())
        }
        MessageBody::Invitation { organization, role, token, expires_at, .. } => {
            let (into, link) = ((organization.as_str(), *role), (token.as_str(), *expires_at));
            organization::invitation(paper, names.inviter.as_ref(), into, link)
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
