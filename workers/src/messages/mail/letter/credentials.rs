//! Letters about what machines show: the API key and secret of a project, and the token for the GDPR APIs.

use chrono::{DateTime, Utc};
use domain::message::NamedProject;

use super::{Draft, account};
use crate::messages::mail::Letterhead;
use crate::messages::mail::block::{Block, facts, no_link, paragraph, quoted};
use crate::text::time;

pub(super) fn reset(
    at: DateTime<Utc>,
    project: &NamedProject,
    previous_ends_at: Option<DateTime<Utc>>,
    by_reader: bool,
) -> Draft {
    let name = quoted(&project.name);
    let happened = if by_reader {
        format!("You reset the API key and the API secret of the project {name}.")
    } else {
        format!("Somebody else reset the API key and the API secret of the project {name}, which you own.")
    };
    let before = match previous_ends_at {
        Some(until) => format!(
            "The ones before work until {}. By then every application that uses them needs the new ones.",
            time(until)
        ),
        None => {
            "The ones before no longer work: every application that uses them needs the new ones.".to_owned()
        }
    };
    let blocks = vec![
        paragraph(happened),
        paragraph(before),
        paragraph(if by_reader {
            "If it was not you, change your password at once, and then reset them again."
        } else {
            "If you did not expect this, ask the other owners of the project."
        }),
        about("Reset", at, project),
    ];
    ("The credentials of a project were reset".into(), blocks)
}

pub(super) fn revealed(at: DateTime<Utc>, project: &NamedProject, by_reader: bool) -> Draft {
    let name = quoted(&project.name);
    let (happened, otherwise) = if by_reader {
        (
            format!("The API secret of the project {name} was shown to you."),
            "If it was not you, change your password at once, and then reset the credentials of the project.",
        )
    } else {
        (
            format!("The API secret of the project {name}, which you own, was shown to somebody else."),
            "If you did not expect this, ask the other owners of the project. Whoever should not have seen it can \
             no longer use it once you reset the credentials of the project.",
        )
    };
    let blocks = vec![paragraph(happened), paragraph(otherwise), about("Shown", at, project)];
    ("The secret of a project was shown".into(), blocks)
}

pub(super) fn revoked(head: &Letterhead, at: DateTime<Utc>, project: &NamedProject) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "{} revoked an API key and API secret of the project {}. Applications that use them can no longer do so.",
            head.service(),
            quoted(&project.name)
        )),
        paragraph(format!(
            "To have new ones, reset the credentials of the project. Why this was done you can ask {}.",
            head.whom()
        )),
        about("Revoked", at, project),
    ];
    ("The credentials of a project were revoked".into(), blocks)
}

fn about(what: &str, at: DateTime<Utc>, project: &NamedProject) -> Block {
    facts(&[
        (what, time(at).to_string()),
        ("Project", no_link(&project.name)),
        ("Project ID", project.project_id.to_string()),
    ])
}

pub(super) fn token_issued(
    head: &Letterhead,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    replaces: bool,
) -> Draft {
    let mut blocks = vec![paragraph(format!(
        "You have a new token for the GDPR APIs. It works until {}.",
        time(expires_at)
    ))];
    if replaces {
        blocks.push(paragraph(
            "The one before no longer works: every application that uses it needs the new one.",
        ));
    }
    blocks.push(paragraph("If it was not you, change your password at once, and then revoke the token."));
    blocks.push(account(head));
    blocks.push(facts(&[("Made", time(at).to_string())]));
    ("You have a new GDPR token".into(), blocks)
}

pub(super) fn token_revoked(head: &Letterhead, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(
            "Your token for the GDPR APIs was revoked. Applications that use it can no longer do so. You can have a \
             new one at any time.",
        ),
        paragraph(format!("If you did not expect this, change your password and ask {}.", head.whom())),
        account(head),
        facts(&[("Revoked", time(at).to_string())]),
    ];
    ("Your GDPR token was revoked".into(), blocks)
}

pub(super) fn token_expires(expires_at: DateTime<Utc>, days: u32) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "Your token for the GDPR APIs works until {}. After that, applications that use it can no longer do \
             so.",
            time(expires_at)
        )),
        paragraph(
            "You can have a new one at any time. The one you have then no longer works, so be ready to give the \
             new one to every application that uses it.",
        ),
        paragraph("If you no longer need it, there is nothing to do."),
    ];
    let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    (format!("Your GDPR token expires in {days}").into(), blocks)
}

pub(super) fn token_expired(at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(
            "Your token for the GDPR APIs has expired. Applications that use it can no longer do so. You can have a \
             new one at any time.",
        ),
        facts(&[("Expired", time(at).to_string())]),
    ];
    ("Your GDPR token has expired".into(), blocks)
}
