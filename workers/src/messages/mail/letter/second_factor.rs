//! Letters about the second factors: phone, authenticator app, passkeys, and the recovery codes that stand for them.

use chrono::{DateTime, Utc};
use domain::account::SecondFactor;
use domain::message::UndoLink;

use super::Draft;
use crate::messages::mail::block::{Block, facts, paragraph};
use crate::messages::mail::paper::Paper;

/// For a reader who did not do it: the way back, or, in a message of an earlier release, whom to tell.
fn take_back(paper: Paper<'_>, undo: Option<&UndoLink>) -> Vec<Block> {
    let Some(UndoLink { token, until }) = undo else {
        let tell = paper.say_with("mail-factor-tell", [("whom", paper.whom())]);
        return vec![paragraph(tell), paper.account()];
    };
    vec![
        paragraph(paper.say("mail-factor-take-back")),
        Block::Link(paper.say("mail-take-back"), paper.head.page("factor-undo", token)),
        paragraph(paper.say_with("mail-factor-link", [("until", paper.time(*until).into())])),
    ]
}

pub(super) fn phone_verified(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    phone: &str,
    undo: Option<&UndoLink>,
) -> Draft {
    let mut blocks = vec![paragraph(paper.say("mail-phone-verified-happened")), paper.nothing_to_do()];
    blocks.extend(take_back(paper, undo));
    blocks.push(facts([
        (paper.say("mail-phone-verified-at"), paper.time(at)),
        (paper.say("mail-phone-number"), phone.to_owned()),
    ]));
    (paper.say("mail-phone-verified-subject"), blocks)
}

pub(super) fn authenticator_app_added(paper: Paper<'_>, at: DateTime<Utc>, undo: &UndoLink) -> Draft {
    let mut blocks = vec![paragraph(paper.say("mail-app-added-happened")), paper.nothing_to_do()];
    blocks.extend(take_back(paper, Some(undo)));
    blocks.push(facts([(paper.say("mail-at-added"), paper.time(at))]));
    (paper.say("mail-app-added-subject"), blocks)
}

pub(super) fn passkey_added(paper: Paper<'_>, at: DateTime<Utc>, name: &str, undo: &UndoLink) -> Draft {
    let mut blocks = vec![paragraph(paper.say("mail-passkey-added-happened")), paper.nothing_to_do()];
    blocks.extend(take_back(paper, Some(undo)));
    blocks.push(facts([
        (paper.say("mail-at-added"), paper.time(at)),
        (paper.say("mail-name"), paper.quoted(name)),
    ]));
    (paper.say("mail-passkey-added-subject"), blocks)
}

pub(super) fn second_factor_undone(paper: Paper<'_>, at: DateTime<Utc>, factor: SecondFactor) -> Draft {
    let what = match factor {
        SecondFactor::Phone => paper.say("mail-factor-undone-phone"),
        SecondFactor::AuthenticatorApp => paper.say("mail-factor-undone-app"),
        SecondFactor::Passkey(_) => paper.say("mail-factor-undone-passkey"),
        SecondFactor::RecoveryCodes => paper.say("mail-factor-undone-codes"),
    };
    let blocks = vec![
        paragraph(what),
        paragraph(paper.say("mail-factor-undone-then")),
        paragraph(paper.say("mail-mailbox-read")),
        facts([(paper.say("mail-at-taken-back"), paper.time(at))]),
    ];
    (paper.say("mail-factor-undone-subject"), blocks)
}

fn removed(paper: Paper<'_>, happened: String, seen: Vec<(String, String)>) -> Vec<Block> {
    vec![
        paragraph(happened),
        paper.nothing_to_do(),
        paragraph(paper.say("mail-factor-removed-not-you")),
        paper.account(),
        facts(seen),
    ]
}

fn removed_subject(paper: Paper<'_>, others_left: bool) -> String {
    if others_left {
        paper.say("mail-factor-removed-one-subject")
    } else {
        paper.say("mail-factor-removed-subject")
    }
}

pub(super) fn phone_removed(paper: Paper<'_>, at: DateTime<Utc>, others_left: bool) -> Draft {
    let happened = if others_left {
        paper.say("mail-phone-removed-others")
    } else {
        paper.say("mail-phone-removed-last")
    };
    let seen = vec![(paper.say("mail-at-removed"), paper.time(at))];
    (removed_subject(paper, others_left), removed(paper, happened, seen))
}

pub(super) fn authenticator_app_removed(paper: Paper<'_>, at: DateTime<Utc>, others_left: bool) -> Draft {
    let happened =
        if others_left { paper.say("mail-app-removed-others") } else { paper.say("mail-app-removed-last") };
    let seen = vec![(paper.say("mail-at-removed"), paper.time(at))];
    (removed_subject(paper, others_left), removed(paper, happened, seen))
}

pub(super) fn passkey_removed(paper: Paper<'_>, at: DateTime<Utc>, name: &str, others_left: bool) -> Draft {
    let happened = if others_left {
        paper.say("mail-passkey-removed-others")
    } else {
        paper.say("mail-passkey-removed-last")
    };
    let seen =
        vec![(paper.say("mail-at-removed"), paper.time(at)), (paper.say("mail-name"), paper.quoted(name))];
    (paper.say("mail-passkey-removed-subject"), removed(paper, happened, seen))
}

pub(super) fn recovery_codes_issued(paper: Paper<'_>, at: DateTime<Utc>, undo: Option<&UndoLink>) -> Draft {
    let mut blocks = vec![
        paragraph(paper.say("mail-codes-issued-happened")),
        paragraph(paper.say("mail-codes-issued-you")),
    ];
    blocks.extend(take_back(paper, undo));
    blocks.push(facts([(paper.say("mail-at-made"), paper.time(at))]));
    (paper.say("mail-codes-issued-subject"), blocks)
}

pub(super) fn recovery_code_used(paper: Paper<'_>, at: DateTime<Utc>, left: u32) -> Draft {
    let blocks = vec![
        paragraph(paper.say_with("mail-code-used-happened", [("left", left.into())])),
        paragraph(paper.say("mail-code-used-you")),
        paragraph(paper.say("mail-code-used-not-you")),
        paper.account(),
        facts([(paper.say("mail-code-used-at"), paper.time(at))]),
    ];
    (paper.say("mail-code-used-subject"), blocks)
}

pub(super) fn failed_codes(
    paper: Paper<'_>,
    tries: u32,
    networks: u32,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
) -> Draft {
    let networks = paper.say_with("mail-failed-codes-networks", [("count", networks.into())]);
    let blocks = vec![
        paragraph(paper.say_with("mail-failed-codes-happened", [("tries", tries.into())])),
        paper.nothing_to_do(),
        paragraph(paper.say("mail-failed-codes-not-you")),
        paper.account(),
        facts([
            (paper.say("mail-failed-codes-from"), networks),
            (paper.say("mail-failed-codes-first"), paper.time(since)),
            (paper.say("mail-failed-codes-last"), paper.time(until)),
        ]),
    ];
    (paper.say("mail-failed-codes-subject"), blocks)
}
