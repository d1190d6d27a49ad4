//! Letters about moving to another address, and back.

use chrono::{DateTime, Utc};

use super::Draft;
use crate::messages::mail::block::{Block, facts, paragraph};
use crate::messages::mail::paper::Paper;

/// To the new address: its reader may have no account.
pub(super) fn confirmation(paper: Paper<'_>, token: &str, confirm_by: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say_with("mail-email-confirmation-happened", [("service", paper.service())])),
        Block::Link(paper.say("mail-email-confirmation-link"), paper.head.page("email-confirmation", token)),
        paper.link_once(confirm_by),
        paragraph(paper.say("mail-email-confirmation-not-you")),
    ];
    (paper.say("mail-email-confirmation-subject"), blocks)
}

/// To the old address.
pub(super) fn change(paper: Paper<'_>, at: DateTime<Utc>, token: &str, undo_until: DateTime<Utc>) -> Draft {
    let until = paper.time(undo_until);
    let blocks = vec![
        paragraph(paper.say("mail-email-change-happened")),
        paper.nothing_to_do(),
        paragraph(paper.say("mail-email-change-take-back")),
        Block::Link(paper.say("mail-email-change-link"), paper.head.page("email-undo", token)),
        paragraph(paper.say_with("mail-email-change-until", [("until", until.into())])),
        facts([(paper.say("mail-at-asked"), paper.time(at))]),
    ];
    (paper.say("mail-email-change-subject"), blocks)
}

pub(super) fn change_undone(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say("mail-email-undone-happened")),
        paragraph(paper.say("mail-mailbox-read")),
        facts([(paper.say("mail-at-taken-back"), paper.time(at))]),
    ];
    (paper.say("mail-email-undone-subject"), blocks)
}

/// To the holder with a link to take it back, and to the billing addresses without one.
pub(super) fn billing_changed(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    (set, of_reader): (bool, bool),
    link: Option<(&str, DateTime<Utc>)>,
) -> Draft {
    let service = [("service", paper.service())];
    let mut blocks = vec![paragraph(if set {
        paper.say_with("mail-billing-set", service)
    } else {
        paper.say_with("mail-billing-unset", service)
    })];
    match link {
        Some((token, undo_until)) => blocks.extend([
            paragraph(paper.say("mail-billing-yours")),
            paragraph(paper.say("mail-billing-take-back")),
            Block::Link(paper.say("mail-take-back"), paper.head.page("billing-email-undo", token)),
            paper.link_once(undo_until),
        ]),
        None if of_reader => {
            blocks.extend([paragraph(paper.say("mail-billing-yours-set-again")), paper.account()]);
        }
        None => blocks.push(paragraph(paper.say("mail-billing-why"))),
    }
    blocks.push(facts([(paper.say("mail-at-changed"), paper.time(at))]));
    (paper.say("mail-billing-subject"), blocks)
}

pub(super) fn billing_undone(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say("mail-billing-undone-happened")),
        paragraph(paper.say("mail-mailbox-read")),
        facts([(paper.say("mail-at-taken-back"), paper.time(at))]),
    ];
    (paper.say("mail-billing-undone-subject"), blocks)
}
