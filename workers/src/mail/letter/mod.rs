//! What an account holder is told by mail about their account and all that belongs to it, and the one letter to
//! whoever is invited.
//!
//! What always holds: a letter says what happened and when, and what to do if it was not the reader. Every link
//! is built from the configured [`PublicUrl`]; its token is behind the `#`, which no browser sends to a server: so
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

use chrono::{DateTime, Utc};
use domain::message::Says;

use super::PublicUrl;
use super::block::{Block, Rendered, paragraph, render};

/// The subject of a letter, and what it consists of.
type Draft = (Cow<'static, str>, Vec<Block>);

/// The letter that says it, to a person by name where they gave one. None for what goes to phones alone.
pub(crate) fn write(says: &Says, name: Option<&str>, public_url: &PublicUrl) -> Option<Rendered> {
    let (subject, blocks) = draft(says, public_url)?;
    Some(render(subject, name, blocks))
}

/// The same, where it stands for some `others` of its kind.
pub(crate) fn write_for_many(
    says: &Says,
    others: u32,
    name: Option<&str>,
    public_url: &PublicUrl,
) -> Option<Rendered> {
    let (subject, mut blocks) = draft(says, public_url)?;
    blocks.push(gathered(others));
    Some(render(subject, name, blocks))
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

fn draft(says: &Says, public_url: &PublicUrl) -> Option<Draft> {
    Some(match says {
        Says::NewDevice { at, program, ip_address } => {
            sign_in::new_device(*at, program.as_deref(), *ip_address)
        }
        Says::EmailConfirmation { token, confirm_by } => email::confirmation(public_url, token, *confirm_by),
        Says::EmailChange { at, token, undo_until } => email::change(public_url, *at, token, *undo_until),
        Says::EmailChangeUndone { at } => email::change_undone(*at),
        Says::PasswordChanged { at } => sign_in::password_changed(*at),
        Says::PasswordResetLink { token, expires_at } => {
            sign_in::password_reset_link(public_url, token, *expires_at)
        }
        Says::Code { .. } => return None,
        Says::PhoneVerified { at, phone, undo } => {
            sign_in::phone_verified(public_url, *at, phone, undo.as_ref())
        }
        Says::PhoneRemoved { at } => sign_in::phone_removed(*at),
        Says::SessionsEnded { at } => recovery::sessions_ended(*at),
        Says::FactorRemovalBegun { at, proof, due_at, token } => {
            recovery::factor_removal_begun(public_url, *at, *proof, (token, *due_at))
        }
        Says::FactorRemovalStopped { at } => recovery::factor_removal_stopped(*at),
        Says::FactorRemoved { at } => recovery::factor_removed(*at),
        Says::SecondFactorUndone { at, factor } => sign_in::second_factor_undone(*at, *factor),
        Says::RecoveryCodesIssued { at, undo } => {
            sign_in::recovery_codes_issued(public_url, *at, undo.as_ref())
        }
        Says::RecoveryCodeUsed { at, left } => sign_in::recovery_code_used(*at, *left),
        Says::FailedCodes { tries, networks, since, until } => {
            sign_in::failed_codes(*tries, *networks, (*since, *until))
        }
        Says::CredentialsReset { at, project, previous_ends_at, by_reader } => {
            credentials::reset(*at, project, *previous_ends_at, *by_reader)
        }
        Says::CredentialsRevealed { at, project, by_reader } => {
            credentials::revealed(*at, project, *by_reader)
        }
        Says::CredentialsRevoked { at, project } => credentials::revoked(*at, project),
        Says::GdprTokenIssued { at, expires_at, replaces } => {
            credentials::token_issued(*at, *expires_at, *replaces)
        }
        Says::GdprTokenRevoked { at } => credentials::token_revoked(*at),
        Says::GdprTokenExpires { expires_at, days } => credentials::token_expires(*expires_at, *days),
        Says::GdprTokenExpired { at } => credentials::token_expired(*at),
        Says::BillingEmailChanged { at, set, of_reader, token, undo_until } => {
            let link = token.as_deref().map(|token| (token, *undo_until));
            email::billing_changed(public_url, *at, (*set, *of_reader), link)
        }
        Says::BillingEmailUndone { at } => email::billing_undone(*at),
        Says::ArchiveDownloaded { at, request_id, program, ip_address } => {
            sign_in::archive_downloaded(*at, *request_id, program.as_deref(), *ip_address)
        }
        Says::TeamChanged { at, organization, member, change, by_reader } => {
            organization::team_changed(*at, organization, *member, *change, *by_reader)
        }
        Says::ProjectOwnersChanged { at, project, change, by_reader } => {
            organization::project_owners_changed(*at, project, *change, *by_reader)
        }
        Says::RoleChanged { at, organization, role, is_less } => {
            organization::role_changed(*at, organization, *role, *is_less)
        }
        Says::MembershipEnded { at, organization } => organization::membership_ended(*at, organization),
        Says::AccountDeleted { at, exports } => sign_in::account_deleted(*at, exports.unwrap_or_default()),
        Says::Invitation { organization, role, token, expires_at } => {
            organization::invitation(public_url, organization, *role, token, *expires_at)
        }
    })
}

/// When a letter is too late to be of use, if ever: its link is dead, or what it warns of has come.
pub(crate) fn useful_until(says: &Says) -> Option<DateTime<Utc>> {
    match says {
        Says::EmailConfirmation { confirm_by: until, .. }
        | Says::PasswordResetLink { expires_at: until, .. }
        | Says::FactorRemovalBegun { due_at: until, .. }
        | Says::GdprTokenExpires { expires_at: until, .. }
        | Says::Invitation { expires_at: until, .. } => Some(*until),
        _ => None,
    }
}

/// The page that asks what a token is to be used for.
fn page(public_url: &PublicUrl, name: &str, token: &str) -> String {
    format!("{}#{token}", public_url.link(&format!("links/{name}")))
}
