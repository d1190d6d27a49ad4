//! Letters about signing in and what it opens: programs, passwords, the second factor, the archive, and the end of the
//! account.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use domain::RequestId;
use domain::account::SecondFactor;
use domain::message::UndoLink;

use super::{Draft, account};
use crate::messages::mail::Letterhead;
use crate::messages::mail::block::{Block, facts, paragraph, program};
use crate::text::{counted, time};

pub(super) fn new_device(
    head: &Letterhead,
    at: DateTime<Utc>,
    user_agent: Option<&str>,
    ip_address: Option<IpAddr>,
) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "Somebody signed in to your account at {} with {}, which was not used with it before.",
            head.service(),
            program(user_agent)
        )),
        paragraph("If it was you, there is nothing to do."),
        paragraph(
            "If it was not you, somebody knows your password. Change it at once: that ends all other sessions.",
        ),
        account(head),
        facts(&[
            ("Signed in", time(at).to_string()),
            ("From the internet address", address_in_words(ip_address)),
        ]),
    ];
    ("A new sign-in to your account".into(), blocks)
}

pub(super) fn archive_downloaded(
    head: &Letterhead,
    at: DateTime<Utc>,
    request_id: RequestId,
    user_agent: Option<&str>,
    ip_address: Option<IpAddr>,
) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "The copy of your data was fetched with {}, by somebody who is signed in to your account.",
            program(user_agent)
        )),
        paragraph("If it was you, there is nothing to do."),
        paragraph(
            "If it was not you, change your password at once: that ends all other sessions. Then delete the copy, so that \
             it is not fetched again. Both can be done on this page:",
        ),
        Block::Link("See the request", head.request(request_id)),
        facts(&[
            ("Fetched", time(at).to_string()),
            ("From the internet address", address_in_words(ip_address)),
            ("Request", request_id.to_string()),
        ]),
    ];
    ("The copy of your data was fetched".into(), blocks)
}

pub(super) fn password_changed(head: &Letterhead, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "Your account at {} has a new password. The one before no longer works, and sessions that were open elsewhere \
             have ended.",
            head.service()
        )),
        paragraph("If it was you, there is nothing to do."),
        paragraph(
            "If it was not you, ask at once, where you sign in, for a link to choose another one: it is sent to this \
             address.",
        ),
        account(head),
        facts(&[("Changed", time(at).to_string())]),
    ];
    ("Your password was changed".into(), blocks)
}

pub(super) fn password_reset_link(head: &Letterhead, token: &str, expires_at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "Somebody asked for a new password for your account at {}. To choose one, open this page:",
            head.service()
        )),
        Block::Link("Choose a new password", head.page("password-reset", token)),
        paragraph(format!(
            "Opening it changes nothing yet: the page asks first. The link works once, and until {}.",
            time(expires_at)
        )),
        paragraph("If it was not you who asked, do nothing: your password stays as it is."),
    ];
    ("Choose a new password".into(), blocks)
}

/// For a reader who did not do it: the way back, or, in a message of an earlier release, whom to tell.
fn take_back(head: &Letterhead, undo: Option<&UndoLink>) -> Vec<Block> {
    let Some(UndoLink { token, until }) = undo else {
        return vec![
            paragraph(format!("If it was not you, change your password at once, and tell {}.", head.whom())),
            account(head),
        ];
    };
    vec![
        paragraph(
            "If it was not you, take it back on this page. Then all sessions end, and you get a link to choose a new \
             password:",
        ),
        Block::Link("Take it back", head.page("factor-undo", token)),
        paragraph(format!(
            "Opening it changes nothing yet: the page asks first. The link works once, and until {}, whatever else \
             is changed meanwhile.",
            time(*until)
        )),
    ]
}

pub(super) fn phone_verified(
    head: &Letterhead,
    at: DateTime<Utc>,
    phone: &str,
    undo: Option<&UndoLink>,
) -> Draft {
    let mut blocks = vec![
        paragraph(
            "A phone number was verified for your account. Besides your password, signing in now takes a code that \
             is sent there. Sessions that were open elsewhere have ended.",
        ),
        paragraph("If it was you, there is nothing to do."),
    ];
    blocks.extend(take_back(head, undo));
    blocks.push(facts(&[("Verified", time(at).to_string()), ("Phone number", phone.to_owned())]));
    ("Your phone is your second factor".into(), blocks)
}

pub(super) fn second_factor_undone(at: DateTime<Utc>, factor: SecondFactor) -> Draft {
    let what = match factor {
        SecondFactor::Phone => {
            "The phone number of your account was taken back, with the link in the mail that told of it. Signing in \
             takes your password alone until you set a phone number again."
        }
        SecondFactor::RecoveryCodes => {
            "The recovery codes of your account were taken back, with the link in the mail that told of them. None \
             works any more until you make new ones."
        }
    };
    let blocks = vec![
        paragraph(what),
        paragraph(
            "All sessions have ended, the token for the GDPR APIs is revoked, and a link to choose a new password was \
             sent to you. Choose one now: who set what you took back knew the one you have.",
        ),
        paragraph(
            "If it was not you, somebody else reads your mail: change the password of your mailbox, and then that of \
             your account.",
        ),
        facts(&[("Taken back", time(at).to_string())]),
    ];
    ("Your second factor was taken back".into(), blocks)
}

pub(super) fn phone_removed(head: &Letterhead, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(
            "The phone number was removed from your account. Signing in takes your password alone from now on, and \
             your recovery codes no longer work.",
        ),
        paragraph("If it was you, there is nothing to do."),
        paragraph("If it was not you, change your password at once, and then set a phone number again."),
        account(head),
        facts(&[("Removed", time(at).to_string())]),
    ];
    ("Your second factor was removed".into(), blocks)
}

pub(super) fn recovery_codes_issued(head: &Letterhead, at: DateTime<Utc>, undo: Option<&UndoLink>) -> Draft {
    let mut blocks = vec![
        paragraph(
            "Recovery codes were made for your account. Each stands once for a code that is sent to your phone. \
             Recovery codes that were made before no longer work, and sessions that were open elsewhere have ended.",
        ),
        paragraph("If it was you, keep them where only you can read them."),
    ];
    blocks.extend(take_back(head, undo));
    blocks.push(facts(&[("Made", time(at).to_string())]));
    ("You have new recovery codes".into(), blocks)
}

pub(super) fn recovery_code_used(head: &Letterhead, at: DateTime<Utc>, left: u32) -> Draft {
    let left_in_words = match left {
        0 => "There is none left: make new ones.".to_owned(),
        1 => "There is one left.".to_owned(),
        more => format!("There are {more} left."),
    };
    let blocks = vec![
        paragraph(format!(
            "One of your recovery codes was used in place of a code that is sent to your phone. {left_in_words}"
        )),
        paragraph("If it was you, there is nothing else to do."),
        paragraph(
            "If it was not you, somebody knows your password and your recovery codes. Change your password at \
             once, and then make new recovery codes.",
        ),
        account(head),
        facts(&[("Used", time(at).to_string())]),
    ];
    ("A recovery code was used".into(), blocks)
}

pub(super) fn failed_codes(
    head: &Letterhead,
    tries: u32,
    networks: u32,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "Somebody gave your right password, and then {} in place of the one that is sent to your phone. They did not \
             get in.",
            counted(tries.into(), "wrong code", "wrong codes")
        )),
        paragraph("If it was you, there is nothing to do."),
        paragraph(
            "If it was not you, somebody knows your password. Change it at once, and wherever else you use it. Give \
             nobody a code that is sent to you, whatever they say.",
        ),
        account(head),
        facts(&[
            ("From", counted(networks.into(), "network", "networks")),
            ("First", time(since).to_string()),
            ("Last", time(until).to_string()),
        ]),
    ];
    ("Wrong codes for your account".into(), blocks)
}

pub(super) fn account_deleted(head: &Letterhead, at: DateTime<Utc>, exports: u32) -> Draft {
    let mut blocks = vec![
        paragraph(format!(
            "Your account at {} is deleted. Nobody can sign in to it any more; its sessions, its tokens and its codes no \
             longer work. What is personal in its history is made unreadable.",
            head.service()
        )),
        paragraph(
            "You are no longer a member of any organization. Organizations, their projects and the data in these \
             stay.",
        ),
        paragraph(format!(
            "If it was not you, tell {}. A deleted account cannot be brought back.",
            head.whom()
        )),
        facts(&[("Deleted", time(at).to_string())]),
    ];
    let ended = match exports {
        0 => None,
        1 => Some("The copy of your data that you had asked for ended with it: it can no longer be fetched."),
        _ => Some(
            "The copies of your data that you had asked for ended with it: they can no longer be fetched.",
        ),
    };
    if let Some(ended) = ended {
        blocks.insert(2, paragraph(ended));
    }
    ("Your account is deleted".into(), blocks)
}

fn address_in_words(ip_address: Option<IpAddr>) -> String {
    ip_address.map_or_else(|| "not known".to_owned(), |address| address.to_string())
}
