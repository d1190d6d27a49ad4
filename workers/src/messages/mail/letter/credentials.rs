//! Letters about what machines show: the API key and secret of a project, and the token for the GDPR APIs.

use chrono::{DateTime, Utc};
use domain::message::NamedProject;

use super::Draft;
use crate::messages::mail::block::{Block, facts, no_link, paragraph};
use crate::messages::mail::paper::Paper;

pub(super) fn reset(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    project: &NamedProject,
    previous_ends_at: Option<DateTime<Utc>>,
    by_reader: bool,
) -> Draft {
    let name = [("project", paper.quoted(&project.name).into())];
    let (happened, otherwise) = if by_reader {
        (paper.say_with("mail-credentials-reset-by-you", name), paper.say("mail-credentials-reset-not-you"))
    } else {
        (paper.say_with("mail-credentials-reset-by-other", name), paper.say("mail-credentials-ask"))
    };
    let before = match previous_ends_at {
        Some(until) => paper.say_with("mail-credentials-reset-until", [("until", paper.time(until).into())]),
        None => paper.say("mail-credentials-reset-now"),
    };
    let at = (paper.say("mail-credentials-reset-at"), paper.time(at));
    let mut blocks = vec![paragraph(happened), paragraph(before), paragraph(otherwise)];
    blocks.extend(who_it_was(paper, project, by_reader));
    blocks.push(about(paper, at, project));
    (paper.say("mail-credentials-reset-subject"), blocks)
}

pub(super) fn revealed(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    project: &NamedProject,
    by_reader: bool,
) -> Draft {
    let name = [("project", paper.quoted(&project.name).into())];
    let (happened, otherwise) = if by_reader {
        (paper.say_with("mail-secret-shown-you", name), paper.say("mail-secret-shown-not-you"))
    } else {
        (paper.say_with("mail-secret-shown-other", name), paper.say("mail-secret-shown-ask"))
    };
    let at = (paper.say("mail-secret-shown-at"), paper.time(at));
    let mut blocks = vec![paragraph(happened), paragraph(otherwise)];
    blocks.extend(who_it_was(paper, project, by_reader));
    blocks.push(about(paper, at, project));
    (paper.say("mail-secret-shown-subject"), blocks)
}

/// The way to the page that says who it was; none where it was the reader.
fn who_it_was(paper: Paper<'_>, project: &NamedProject, by_reader: bool) -> Option<Block> {
    let link = || Block::Link(paper.say("mail-project-link"), paper.head.project(project.project_id));
    (!by_reader).then(link)
}

pub(super) fn revoked(paper: Paper<'_>, at: DateTime<Utc>, project: &NamedProject) -> Draft {
    let name = paper.quoted(&project.name);
    let blocks = vec![
        paragraph(paper.say_with(
            "mail-credentials-revoked-happened",
            [("service", paper.service()), ("project", name.into())],
        )),
        paragraph(paper.say_with("mail-credentials-revoked-then", [("whom", paper.whom())])),
        about(paper, (paper.say("mail-at-revoked"), paper.time(at)), project),
    ];
    (paper.say("mail-credentials-revoked-subject"), blocks)
}

fn about(paper: Paper<'_>, at: (String, String), project: &NamedProject) -> Block {
    facts([
        at,
        (paper.say("mail-project"), no_link(&project.name)),
        (paper.say("mail-project-id"), project.project_id.to_string()),
    ])
}

pub(super) fn token_issued(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    replaces: bool,
) -> Draft {
    let until = paper.time(expires_at);
    let mut blocks = vec![paragraph(paper.say_with("mail-token-issued-happened", [("until", until.into())]))];
    if replaces {
        blocks.push(paragraph(paper.say("mail-token-issued-replaces")));
    }
    blocks.push(paragraph(paper.say("mail-token-issued-not-you")));
    blocks.push(paper.account());
    blocks.push(facts([(paper.say("mail-at-made"), paper.time(at))]));
    (paper.say("mail-token-issued-subject"), blocks)
}

pub(super) fn token_revoked(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say("mail-token-revoked-happened")),
        paragraph(paper.say_with("mail-token-revoked-unexpected", [("whom", paper.whom())])),
        paper.account(),
        facts([(paper.say("mail-at-revoked"), paper.time(at))]),
    ];
    (paper.say("mail-token-revoked-subject"), blocks)
}

pub(super) fn token_expires(paper: Paper<'_>, expires_at: DateTime<Utc>, days: u32) -> Draft {
    let until = paper.time(expires_at);
    let blocks = vec![
        paragraph(paper.say_with("mail-token-expires-happened", [("until", until.into())])),
        paragraph(paper.say("mail-token-expires-renew")),
        paragraph(paper.say("mail-token-expires-unneeded")),
    ];
    (paper.say_with("mail-token-expires-subject", [("days", days.into())]), blocks)
}

pub(super) fn token_expired(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say("mail-token-expired-happened")),
        facts([(paper.say("mail-token-expired-at"), paper.time(at))]),
    ];
    (paper.say("mail-token-expired-subject"), blocks)
}
