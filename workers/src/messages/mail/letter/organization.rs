//! Letters about organizations: to their members, and to those invited.

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::message::{NamedProject, OwnersChange, TeamChange};
use domain::organization::Role;

use super::{Draft, Inviter};
use crate::messages::mail::Letterhead;
use crate::messages::mail::block::{Block, facts, no_link, paragraph, quoted};
use crate::text::time;

fn in_words(role: Role) -> &'static str {
    match role {
        Role::Member => "a member",
        Role::Admin => "an admin",
        Role::Owner => "an owner",
    }
}

pub(super) fn role_changed(at: DateTime<Utc>, organization: &str, role: Role, is_less: bool) -> Draft {
    let mut blocks = vec![paragraph(format!(
        "Your role in the organization {} has changed: you are {} now.",
        quoted(organization),
        in_words(role)
    ))];
    if is_less {
        blocks.push(paragraph(
            "With the role from before ended what was given to you by name: you are no longer an owner of its projects, \
             unless an owner names you again. Invitations that you sent and may no longer send have ended as well.",
        ));
    }
    blocks.extend([
        paragraph("If you did not expect this, ask the owners of the organization."),
        facts(&[("Changed", time(at).to_string())]),
    ]);
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

/// To the reader of mail there: the address may have no account.
pub(super) fn invitation(
    head: &Letterhead,
    inviter: Option<&Inviter>,
    (organization, role): (&str, Role),
    (token, expires_at): (&str, DateTime<Utc>),
) -> Draft {
    let (organization, role, service) = (quoted(organization), in_words(role), head.service());
    let blocks = vec![
        paragraph(match inviter {
            Some(inviter) => {
                format!(
                    "{inviter} invites you to join the organization {organization} at {service} as {role}."
                )
            }
            None => {
                format!("You are invited to join the organization {organization} at {service} as {role}.")
            }
        }),
        paragraph("To accept or to decline, open this page:"),
        Block::Link("See the invitation", head.page("invitation", token)),
        paragraph(format!(
            "Opening it changes nothing yet: the page asks first. The link works until {}.",
            time(expires_at)
        )),
        paragraph("If you know neither the organization nor who invites you, do nothing."),
    ];
    (format!("You are invited to join an organization at {service}").into(), blocks)
}

/// To the owners.
pub(super) fn team_changed(
    at: DateTime<Utc>,
    organization: &str,
    member: Option<AccountId>,
    change: TeamChange,
    by_reader: bool,
) -> Draft {
    let name = quoted(organization);
    let happened = match change {
        TeamChange::Invited { role } => {
            format!("An address was invited to join the organization {name} as {}.", in_words(role))
        }
        TeamChange::Joined { role } => {
            format!("There is a new member of the organization {name}, as {}.", in_words(role))
        }
        TeamChange::RoleChanged { from, to } => {
            let ended = if to < from {
                " Where the member was named as an owner of projects, that has ended; you can name them again."
            } else {
                ""
            };
            format!(
                "A member of the organization {name} was {} and is {} now.{ended}",
                in_words(from),
                in_words(to)
            )
        }
        TeamChange::Left { role } => {
            format!("A member of the organization {name}, who was {}, is no member any more.", in_words(role))
        }
    };
    let mut rows = vec![("Changed", time(at).to_string())];
    rows.extend(member.map(|member| ("Account ID", member.to_string())));
    let blocks = vec![paragraph(happened), paragraph(otherwise(by_reader, "organization")), facts(&rows)];
    ("Who may do what in your organization has changed".into(), blocks)
}

/// What to do about a change of rights in what the reader owns.
fn otherwise(by_reader: bool, owned: &str) -> String {
    if by_reader {
        "You did this. If it was not you, change your password at once, end your other sessions, and undo it."
            .to_owned()
    } else {
        format!("As an owner you can undo it. If you did not expect it, ask the other owners of the {owned}.")
    }
}

/// To the member who is named or is not any more, and to the owners.
pub(super) fn project_owners_changed(
    at: DateTime<Utc>,
    project: &NamedProject,
    change: OwnersChange,
    by_reader: bool,
) -> Draft {
    let name = quoted(&project.name);
    let (happened, member) = match change {
        OwnersChange::ReaderNamed => (format!("You are named as an owner of the project {name}."), None),
        OwnersChange::ReaderRemoved => {
            (format!("You are no longer named as an owner of the project {name}."), None)
        }
        OwnersChange::Named(member) => {
            (format!("A member is named as an owner of the project {name}, which you own."), Some(member))
        }
        OwnersChange::Removed(member) => (
            format!("A member is no longer named as an owner of the project {name}, which you own."),
            Some(member),
        ),
    };
    let then = match change {
        OwnersChange::ReaderRemoved if !by_reader => {
            "If you did not expect this, ask the owners of the project.".to_owned()
        }
        _ => otherwise(by_reader, "project"),
    };
    let mut rows = vec![
        ("Changed", time(at).to_string()),
        ("Project", no_link(&project.name)),
        ("Project ID", project.project_id.to_string()),
    ];
    rows.extend(member.map(|member| ("Account ID", member.to_string())));
    ("Who owns a project has changed".into(), vec![paragraph(happened), paragraph(then), facts(&rows)])
}
