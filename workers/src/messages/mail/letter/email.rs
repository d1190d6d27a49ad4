//! Letters about moving to another address, and back.

use chrono::{DateTime, Utc};

use super::{Draft, account};
use crate::messages::mail::Letterhead;
use crate::messages::mail::block::{Block, facts, paragraph};
use crate::text::time;

/// To the new address: its reader may have no account.
pub(super) fn confirmation(head: &Letterhead, token: &str, confirm_by: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "Somebody asked to sign in to an account at {} with this email address from now on. To confirm that it is \
             yours, open this page:",
            head.service()
        )),
        Block::Link("Confirm the address", head.page("email-confirmation", token)),
        paragraph(format!(
            "Opening it changes nothing yet: the page asks first. The link works once, and until {}.",
            time(confirm_by)
        )),
        paragraph("If it was not you who asked for this, do nothing: unconfirmed, the address is not used."),
    ];
    ("Confirm your new email address".into(), blocks)
}

/// To the old address.
pub(super) fn change(head: &Letterhead, at: DateTime<Utc>, token: &str, undo_until: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(
            "Somebody who is signed in to your account asked to change its email address. It changes as soon as \
             the new address is confirmed.",
        ),
        paragraph("If it was you, there is nothing to do."),
        paragraph(
            "If it was not you, take the change back on this page. Then all sessions end, and you get a link to choose \
             a new password:",
        ),
        Block::Link("Take the change back", head.page("email-undo", token)),
        paragraph(format!(
            "Opening it changes nothing yet: the page asks first. The link works until {}, also after the new \
             address was confirmed. Until then this address stays reserved for your account.",
            time(undo_until)
        )),
        facts(&[("Asked for", time(at).to_string())]),
    ];
    ("Your email address is about to change".into(), blocks)
}

pub(super) fn change_undone(at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(
            "A change of your account's email address was taken back, with the link that was sent to the address \
             from before. You sign in with that address again. All sessions have ended, and a link to choose a new \
             password was sent there.",
        ),
        paragraph(
            "If it was not you, somebody else reads your mail: change the password of your mailbox, and then that \
             of your account.",
        ),
        facts(&[("Taken back", time(at).to_string())]),
    ];
    ("The change of your email address was taken back".into(), blocks)
}

/// To the holder with a link to take it back, and to the billing addresses without one.
pub(super) fn billing_changed(
    head: &Letterhead,
    at: DateTime<Utc>,
    (set, of_reader): (bool, bool),
    link: Option<(&str, DateTime<Utc>)>,
) -> Draft {
    let service = head.service();
    let mut blocks = vec![paragraph(if set {
        format!("The bills of an account at {service} go to another address from now on.")
    } else {
        format!(
            "The bills of an account at {service} go to the address it signs in with from now on, and to no other."
        )
    })];
    match link {
        Some((token, undo_until)) => blocks.extend([
            paragraph("It is your account. If it was you, there is nothing to do."),
            paragraph(
                "If it was not you, take it back on this page. Then bills go to the address you sign in with, all \
                 sessions end, and you get a link to choose a new password:",
            ),
            Block::Link("Take it back", head.page("billing-email-undo", token)),
            paragraph(format!(
                "Opening it changes nothing yet: the page asks first. The link works once, and until {}.",
                time(undo_until)
            )),
        ]),
        None if of_reader => blocks.extend([paragraph(
            "It is your account. If it was not you, change your password at once, end your other sessions, and set the \
             billing address again.",
        ), account(head)]),
        None => blocks.push(paragraph(
            "You get this because bills went to this address, or go to it from now on. If you did not expect it, ask \
             the holder of the account.",
        )),
    }
    blocks.push(facts(&[("Changed", time(at).to_string())]));
    ("Bills of an account go elsewhere".into(), blocks)
}

pub(super) fn billing_undone(at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(
            "Another billing address of your account was taken back, with the link that was sent to you. Bills go to \
             the address you sign in with. All sessions have ended, and a link to choose a new password was sent to \
             you.",
        ),
        paragraph(
            "If it was not you, somebody else reads your mail: change the password of your mailbox, and then that of \
             your account.",
        ),
        facts(&[("Taken back", time(at).to_string())]),
    ];
    ("The change of your billing address was taken back".into(), blocks)
}
