//! Letters about organizations: to their members, and to whoever is invited.

use chrono::{DateTime, Utc};
use domain::organization::Role;

use super::{Draft, page};
use crate::archive::words::time;
use crate::mail::PublicUrl;
use crate::mail::block::{Block, facts, paragraph, quoted};

fn in_words(role: Role) -> &'static str {
    match role {
        Role::Member => "a member",
        Role::Admin => "an admin",
        Role::Owner => "an owner",
    }
}

pub(super) fn role_changed(at: DateTime<Utc>, organization: &str, role: Role) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "Your role in the organization {} has changed: you are {} now.",
            quoted(organization),
            in_words(role)
        )),
        paragraph("If you did not expect this, ask the owners of the organization."),
        facts(&[("Changed", time(at).to_string())]),
    ];
    ("Your role in an organization has changed".into(), blocks)
}

pub(super) fn membership_ended(at: DateTime<Utc>, organization: &str) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "You are no longer a member of the organization {}, and can no longer see its projects. Your account \
             stays as it is.",
            quoted(organization)
        )),
        paragraph("If you did not expect this, ask the owners of the organization."),
        facts(&[("Ended", time(at).to_string())]),
    ];
    ("You are no longer a member of an organization".into(), blocks)
}

/// To whoever reads mail there: the address may have no account.
pub(super) fn invitation(
    public_url: &PublicUrl,
    organization: &str,
    role: Role,
    token: &str,
    expires_at: DateTime<Utc>,
) -> Draft {
    let blocks = vec![
        paragraph(format!(
            "You are invited to join the organization {} as {}. To accept, open this page:",
            quoted(organization),
            in_words(role)
        )),
        Block::Link("See the invitation", page(public_url, "invitation", token)),
        paragraph(format!(
            "Opening it changes nothing yet: the page asks first. The link works until {}.",
            time(expires_at)
        )),
        paragraph("If you do not want to join, or do not know the organization, do nothing."),
    ];
    ("You are invited to join an organization".into(), blocks)
}
