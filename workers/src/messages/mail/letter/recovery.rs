//! Letters about what an operator does for a holder who is locked out, or whose sessions are another's.

use chrono::{DateTime, Utc};
use domain::account::IdentityProof;

use super::{Draft, account};
use crate::messages::mail::Letterhead;
use crate::messages::mail::block::{Block, facts, paragraph};
use crate::text::time;

pub(super) fn sessions_ended(head: &Letterhead, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "{} ended all sessions of your account, and revoked the token for the GDPR APIs. Your password and your second \
             factor are as they were.",
            head.service()
        )),
        paragraph("If you asked for it, sign in again, and choose another password."),
        paragraph(
            "If you did not ask for it, sign in again and look at your history: this is done where another may \
             have been signed in to your account.",
        ),
        account(head),
        facts(&[("Ended", time(at).to_string())]),
    ];
    ("All sessions of your account were ended".into(), blocks)
}

pub(super) fn factor_removal_begun(
    head: &Letterhead,
    at: DateTime<Utc>,
    proof: IdentityProof,
    (token, due_at): (&str, DateTime<Utc>),
) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "{} was told that you have lost your second factor, and was given proof that it was you. The phone number and \
             the recovery codes of your account are removed on {}.",
            head.service(),
            time(due_at)
        )),
        paragraph("If you asked for it, there is nothing to do but to wait."),
        paragraph("If you did not ask for it, object before then, on this page or where you are signed in:"),
        Block::Link("Keep my second factor", head.page("factor-removal", token)),
        paragraph("Opening it changes nothing yet: the page asks first."),
        facts(&[("Asked for", time(at).to_string()), ("Proof", proof.in_words().to_owned())]),
    ];
    ("Your second factor is to be removed".into(), blocks)
}

pub(super) fn factor_removal_stopped(head: &Letterhead, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(
            "There was an objection to the removal of the second factor of your account, by the link in the mail about it \
             or in a session of yours. The second factor stays.",
        ),
        paragraph(format!(
            "If it was not you, another is signed in to your account or reads your mail: change the password of your \
             mailbox, and tell {}.",
            head.whom()
        )),
        facts(&[("Objected", time(at).to_string())]),
    ];
    ("Your second factor stays".into(), blocks)
}

pub(super) fn factor_removed(head: &Letterhead, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "The phone number and the recovery codes of your account were removed, as was asked of {}. Signing in takes \
             your password alone until you set a phone number again. All sessions have ended, and the token for the GDPR \
             APIs is revoked.",
            head.service()
        )),
        paragraph("If you asked for it, sign in, and set a phone number."),
        paragraph(format!(
            "If you did not ask for it, choose another password at once, by the link that you can ask for where you sign \
             in, and tell {}.",
            head.whom()
        )),
        account(head),
        facts(&[("Removed", time(at).to_string())]),
    ];
    ("Your second factor was removed as you asked".into(), blocks)
}
