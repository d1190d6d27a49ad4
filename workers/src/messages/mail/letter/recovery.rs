//! Letters about what an operator does for a holder who is locked out, or whose sessions are another's.

use chrono::{DateTime, Utc};
use domain::account::IdentityProof;

use super::Draft;
use crate::messages::mail::block::{Block, facts, paragraph};
use crate::messages::mail::paper::Paper;

pub(super) fn sessions_ended(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say_with("mail-sessions-ended-happened", [("service", paper.service())])),
        paragraph(paper.say("mail-sessions-ended-asked")),
        paragraph(paper.say("mail-sessions-ended-not-asked")),
        paper.account(),
        facts([(paper.say("mail-at-ended"), paper.time(at))]),
    ];
    (paper.say("mail-sessions-ended-subject"), blocks)
}

pub(super) fn factor_removal_begun(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    proof: IdentityProof,
    (token, due_at): (&str, DateTime<Utc>),
) -> Draft {
    let due = paper.time(due_at);
    let blocks = vec![
        paragraph(
            paper
                .say_with("mail-removal-begun-happened", [("service", paper.service()), ("due", due.into())]),
        ),
        paragraph(paper.say("mail-removal-begun-asked")),
        paragraph(paper.say("mail-removal-begun-not-asked")),
        Block::Link(paper.say("mail-removal-begun-link"), paper.head.page("factor-removal", token)),
        paragraph(paper.say("mail-link-asks")),
        facts([
            (paper.say("mail-at-asked"), paper.time(at)),
            (paper.say("mail-proof"), proof_in_words(paper, proof)),
        ]),
    ];
    (paper.say("mail-removal-begun-subject"), blocks)
}

fn proof_in_words(paper: Paper<'_>, proof: IdentityProof) -> String {
    match proof {
        IdentityProof::DocumentSeen => paper.say("mail-proof-document"),
        IdentityProof::CalledBack => paper.say("mail-proof-called-back"),
        IdentityProof::Other => paper.say("mail-proof-other"),
    }
}

pub(super) fn factor_removal_stopped(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say("mail-removal-stopped-happened")),
        paragraph(paper.say_with("mail-removal-stopped-not-you", [("whom", paper.whom())])),
        facts([(paper.say("mail-removal-stopped-at"), paper.time(at))]),
    ];
    (paper.say("mail-removal-stopped-subject"), blocks)
}

pub(super) fn factor_removed(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say_with("mail-removal-done-happened", [("service", paper.service())])),
        paragraph(paper.say("mail-removal-done-asked")),
        paragraph(paper.say_with("mail-removal-done-not-asked", [("whom", paper.whom())])),
        paper.account(),
        facts([(paper.say("mail-at-removed"), paper.time(at))]),
    ];
    (paper.say("mail-removal-done-subject"), blocks)
}
