//! Every event of an account in words.

// A new event must be thought of here: the compiler says so.
#![warn(clippy::wildcard_enum_match_arm)]

use chrono::{DateTime, Utc};

use super::{
    AccountEvent, Channel, FailedTries, FailedTryKind, PreferenceChange, SecondFactor, SignOutReason,
    TokenEnd, Viewed,
};
use crate::sentence::{Sentence, count, date, instant};

impl Sentence for AccountEvent {
    fn sentence(&self) -> String {
        match self {
            Self::Registered { .. } => "The account was opened".to_owned(),
            Self::SignedIn { passkey_id: None, .. } => "Signed in".to_owned(),
            Self::SignedIn { passkey_id: Some(_), .. } => "Signed in with a passkey".to_owned(),
            Self::SecondStepAsked { .. } => {
                "The password was right, and another factor was asked for".to_owned()
            }
            Self::SecondFactorAsked { channel, .. } => {
                format!("The password was right, and a code was sent {}", by(*channel))
            }
            Self::SignedOut { reason, .. } => signed_out(*reason).to_owned(),
            Self::Reauthenticated { passkey_id: None, .. } => "The password was confirmed again".to_owned(),
            Self::Reauthenticated { passkey_id: Some(_), .. } => {
                "A passkey was shown to confirm who is there".to_owned()
            }
            Self::NameChanged { .. } => "The name was changed".to_owned(),
            Self::BillingEmailUndone {} => {
                "Another billing address was taken back, by the link in the mail that told of it".to_owned()
            }
            Self::BillingEmailChanged { billing_email: Some(_) } => {
                "The email address for bills was changed".to_owned()
            }
            Self::BillingEmailChanged { billing_email: None } => {
                "The email address for bills was removed".to_owned()
            }
            Self::LocaleChanged { language, time_zone } => {
                locale(language.is_some(), time_zone.is_some()).to_owned()
            }
            Self::EmailChangeRequested { confirm_by, .. } => {
                format!("Another email address was asked for, to be confirmed by {}", instant(*confirm_by))
            }
            Self::EmailChanged { undo_until, .. } => format!(
                "The new email address was confirmed and holds; it can be taken back until {}",
                instant(*undo_until)
            ),
            Self::EmailChangeUndone { .. } => {
                "The change of the email address was taken back from the old address".to_owned()
            }
            Self::EmailChangeEnded { cancelled: true, .. } => {
                "The change to the other email address was cancelled".to_owned()
            }
            Self::EmailChangeEnded { cancelled: false, .. } => {
                "The other email address can no longer be confirmed: it was asked for with a proof that counts no more"
                    .to_owned()
            }
            Self::FormerEmailReleased { email: Some(_), .. } => {
                "The former email address was given up: the change can no longer be taken back".to_owned()
            }
            Self::FormerEmailReleased { email: None, .. } => {
                "A change of the email address can no longer be taken back".to_owned()
            }
            Self::PasswordChanged {} => "The password was changed".to_owned(),
            Self::PasswordResetAsked { expires_at } => format!(
                "A link to choose a new password was asked for, which works until {}",
                instant(*expires_at)
            ),
            Self::PasswordReset {} => "A new password was chosen by a link sent by mail".to_owned(),
            Self::PhoneChangeRequested { channel, .. } => {
                format!("A phone number was given, and a code was sent there {}", by(*channel))
            }
            Self::PhoneVerified { channel, .. } => {
                format!("The phone number was verified: from now on codes come {}", by(*channel))
            }
            Self::PhoneRemoved { others_left } => {
                format!("The phone number was removed{}", what_is_left(*others_left))
            }
            Self::AuthenticatorAppAdded {} => {
                "An authenticator app was added: from now on its codes are a second factor".to_owned()
            }
            Self::AuthenticatorAppRemoved { others_left } => {
                format!("The authenticator app was removed{}", what_is_left(*others_left))
            }
            Self::PasskeyAdded { .. } => {
                "A passkey was added: from now on it signs in without a password".to_owned()
            }
            Self::PasskeyRenamed { .. } => "A passkey got another name".to_owned(),
            Self::PasskeyRemoved { others_left, .. } => {
                format!("A passkey was removed{}", what_is_left(*others_left))
            }
            Self::PasskeysEnded { passkey_ids, others_left } => format!(
                "With it ended {} that had been added in the last week{}",
                count(passkey_ids.len() as u64, "passkey"),
                what_is_left(*others_left)
            ),
            Self::SecondFactorUndone { factor } => match factor {
                SecondFactor::Phone => "The phone number was taken back, by the link in the mail that told of it",
                SecondFactor::RecoveryCodes => {
                    "The recovery codes were taken back, by the link in the mail that told of them"
                }
                SecondFactor::AuthenticatorApp => {
                    "The authenticator app was taken back, by the link in the mail that told of it"
                }
                SecondFactor::Passkey(_) => {
                    "A passkey was taken back, by the link in the mail that told of it"
                }
            }
            .to_owned(),
            Self::SessionsEnded {} => "All sessions were ended by an operator".to_owned(),
            Self::FactorRemovalBegun { proof, note_id, due_at } => {
                let (how, until) = (proof.in_words(), date(*due_at));
                let note = note_id.as_ref().map(|id| format!(", note {id}")).unwrap_or_default();
                format!(
                    "The second factor is to be removed on {until} unless the holder objects; it was proved to an \
                     operator who asks: {how}{note}"
                )
            }
            Self::FactorRemovalStopped {} => {
                "The holder objected to the removal of the second factor: it stays".to_owned()
            }
            Self::FactorRemoved {} => {
                "The second factor was removed, after proof of who the holder is and the time to object".to_owned()
            }
            Self::RecoveryCodesIssued { count } => {
                format!("New recovery codes were made, {count} of them; older ones no longer work")
            }
            Self::RecoveryCodeUsed { left } => {
                format!("A recovery code was used; {left} left")
            }
            Self::PreferencesChanged { personalization, usage_logging, policy_version, .. } => {
                preferences(*personalization, *usage_logging, policy_version)
            }
            Self::GdprTokenIssued { expires_at, replaces, .. } => {
                let older = if replaces.is_some() { "; the older one no longer works" } else { "" };
                format!("A token for the GDPR APIs was made, valid until {}{older}", date(*expires_at))
            }
            Self::GdprTokenEnded { reason, .. } => match reason {
                TokenEnd::Revoked => "The token for the GDPR APIs was revoked".to_owned(),
                TokenEnd::Expired => "The token for the GDPR APIs expired".to_owned(),
            },
            Self::OrganizationJoined { .. } => "Became a member of an organization".to_owned(),
            Self::OrganizationLeft { .. } => "Is no longer a member of an organization".to_owned(),
            Self::NoticeSent { notice, .. } => format!("A message went out: {}", notice.in_words()),
            Self::NoticeUndeliverable { notice, reason: None, .. } => {
                format!("A message could not be delivered: {}", notice.in_words())
            }
            Self::NoticeUndeliverable { notice, reason: Some(reason), .. } => format!(
                "A message could not be delivered, since {}: {}",
                reason.in_words(),
                notice.in_words()
            ),
            Self::HistoryViewed { what, until } => viewed(*what, *until),
            Self::FailedTriesNoted { failed } => failed_tries(failed),
            Self::Deleted { .. } => "The account was deleted".to_owned(),
            Self::PersonalDataErased { .. } => {
                "All that was personal in the account was made unreadable".to_owned()
            }
        }
    }
}

fn by(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "by text message",
        Channel::Call => "by an automated call",
    }
}

/// How language and time zone stand, without telling which they are: they are personal.
fn locale(has_language: bool, has_time_zone: bool) -> &'static str {
    match (has_language, has_time_zone) {
        (true, true) => "The language and the time zone were set",
        (true, false) => "The language was set; the time zone is that of the browser",
        (false, true) => "The time zone was set; the language is that of the browser",
        (false, false) => "The language and the time zone are those of the browser from now on",
    }
}

fn what_is_left(others_left: bool) -> &'static str {
    if others_left { "; other second factors are left" } else { "; there is no second factor any more" }
}

fn signed_out(reason: SignOutReason) -> &'static str {
    match reason {
        SignOutReason::SignedOut => "Signed out",
        SignOutReason::EndedByHolder => "A session was ended from another session",
        SignOutReason::PasswordChanged => "A session was ended because the password was changed",
        SignOutReason::PasswordReset => "A session was ended because a new password was chosen by mail",
        SignOutReason::EmailChanged => "A session was ended because the email address was changed",
        SignOutReason::EmailChangeUndone => {
            "A session was ended because a change of the email address was taken back"
        }
        SignOutReason::PhoneRemoved => "A session was ended because the phone number was removed",
        SignOutReason::BillingEmailUndone => {
            "A session was ended because another billing address was taken back"
        }
        SignOutReason::Replaced => "A session was ended by a new sign-in in the same browser",
        SignOutReason::TooMany => {
            "A session was ended because there were too many: it was the one used least recently"
        }
        SignOutReason::PhoneVerified => "A session was ended because a phone number was verified",
        SignOutReason::EndedByOperator => "A session was ended by an operator",
        SignOutReason::FactorRemoved => {
            "A session was ended because the second factor was removed after proof of who the holder is"
        }
        SignOutReason::SecondFactorUndone => "A session was ended because a second factor was taken back",
        SignOutReason::AuthenticatorAppAdded => "A session was ended because an authenticator app was added",
        SignOutReason::AuthenticatorAppRemoved => {
            "A session was ended because the authenticator app was removed"
        }
        SignOutReason::PasskeyAdded => "A session was ended because a passkey was added",
        SignOutReason::PasskeyRemoved => "A session was ended because a passkey was removed",
        SignOutReason::RecoveryCodesIssued => "A session was ended because recovery codes were made anew",
    }
}

fn preferences(
    personalization: Option<PreferenceChange>,
    usage_logging: Option<PreferenceChange>,
    policy_version: &str,
) -> String {
    let on_off = |on: bool| if on { "on" } else { "off" };
    let turned: Vec<String> = [("Personalization", personalization), ("Usage logging", usage_logging)]
        .into_iter()
        .filter_map(|(name, change)| change.map(|c| format!("{name} was switched {}", on_off(c.to))))
        .collect();
    format!("{} (privacy policy {policy_version})", turned.join("; "))
}

fn failed_tries(failed: &FailedTries) -> String {
    let times = count(failed.tries.into(), "time");
    let tries = match failed.kind {
        FailedTryKind::Password => format!("A wrong password was tried {times}"),
        FailedTryKind::Code => format!("After the right password a wrong code was given {times}"),
        FailedTryKind::Access => {
            format!("What is not the account's own was asked for and refused {times}")
        }
    };
    let networks = count(failed.networks.into(), "network");
    format!("{tries}, from {networks}, between {} and {}", instant(failed.since), instant(failed.until))
}

fn viewed(what: Viewed, until: Option<DateTime<Utc>>) -> String {
    match (what, until.map(instant)) {
        (Viewed::History, None) => "The history was viewed".to_owned(),
        (Viewed::History, Some(until)) => format!("The history up to {until} was viewed"),
        (Viewed::State, None) => "The state of the account was viewed".to_owned(),
        (Viewed::State, Some(at)) => format!("The state of the account as of {at} was viewed"),
        (Viewed::Account, _) => "The account was looked up".to_owned(),
        (Viewed::PrivacyRequest, _) => "A privacy request of the account was viewed".to_owned(),
    }
}
