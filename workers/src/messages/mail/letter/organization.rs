//! Letters about organizations: to their members, and to those invited.

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::message::{NamedProject, OwnersChange, TeamChange};
use domain::organization::Role;

use super::{Draft, Inviter};
use crate::messages::mail::block::{Block, facts, no_link, paragraph};
use crate::messages::mail::paper::Paper;

pub(super) fn role_changed(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    organization: &str,
    role: Role,
    is_less: bool,
) -> Draft {
    let name = [("organization", paper.quoted(organization).into())];
    let mut blocks = vec![paragraph(match role {
        Role::Member => paper.say_with("mail-role-changed-member", name),
        Role::Admin => paper.say_with("mail-role-changed-admin", name),
        Role::Owner => paper.say_with("mail-role-changed-owner", name),
    })];
    if is_less {
        blocks.push(paragraph(paper.say("mail-role-changed-less")));
    }
    blocks.extend([
        paragraph(paper.say("mail-ask-owners")),
        facts([(paper.say("mail-at-changed"), paper.time(at))]),
    ]);
    (paper.say("mail-role-changed-subject"), blocks)
}

pub(super) fn membership_ended(paper: Paper<'_>, at: DateTime<Utc>, organization: &str) -> Draft {
    let name = paper.quoted(organization);
    let blocks = vec![
        paragraph(paper.say_with("mail-membership-ended-happened", [("organization", name.into())])),
        paragraph(paper.say("mail-ask-owners")),
        facts([(paper.say("mail-at-ended"), paper.time(at))]),
    ];
    (paper.say("mail-membership-ended-subject"), blocks)
}

/// To the reader of mail there: the address may have no account.
pub(super) fn invitation(
    paper: Paper<'_>,
    inviter: Option<&Inviter>,
    (organization, role): (&str, Role),
    (token, expires_at): (&str, DateTime<Utc>),
) -> Draft {
    let happened = match inviter {
        Some(inviter) => invited_by(paper, inviter, organization, role),
        None => invited(paper, organization, role),
    };
    let until = paper.time(expires_at);
    let blocks = vec![
        paragraph(happened),
        paragraph(paper.say("mail-invitation-do")),
        Block::Link(paper.say("mail-invitation-link"), paper.head.page("invitation", token)),
        paragraph(paper.say_with("mail-link-until", [("until", until.into())])),
        paragraph(paper.say("mail-invitation-unknown")),
    ];
    (paper.say_with("mail-invitation-subject", [("service", paper.service())]), blocks)
}

fn invited(paper: Paper<'_>, organization: &str, role: Role) -> String {
    let into = [("organization", paper.quoted(organization).into()), ("service", paper.service())];
    match role {
        Role::Member => paper.say_with("mail-invitation-member", into),
        Role::Admin => paper.say_with("mail-invitation-admin", into),
        Role::Owner => paper.say_with("mail-invitation-owner", into),
    }
}

fn invited_by(paper: Paper<'_>, inviter: &Inviter, organization: &str, role: Role) -> String {
    let into = [
        ("inviter", named(paper, inviter).into()),
        ("organization", paper.quoted(organization).into()),
        ("service", paper.service()),
    ];
    match role {
        Role::Member => paper.say_with("mail-invitation-by-member", into),
        Role::Admin => paper.say_with("mail-invitation-by-admin", into),
        Role::Owner => paper.say_with("mail-invitation-by-owner", into),
    }
}

/// With the address as well: anybody can take any name.
fn named(paper: Paper<'_>, inviter: &Inviter) -> String {
    let email = inviter.email.as_str();
    match &inviter.name {
        Some(name) => paper.say_with(
            "mail-invitation-inviter",
            [("name", paper.quoted(name).into()), ("email", email.into())],
        ),
        None => email.to_owned(),
    }
}

/// To the owners.
pub(super) fn team_changed(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    organization: &str,
    (member, change): (Option<AccountId>, TeamChange),
    by_reader: bool,
) -> Draft {
    let otherwise =
        if by_reader { paper.say("mail-own-deed") } else { paper.say("mail-owner-of-organization") };
    let mut rows = vec![(paper.say("mail-at-changed"), paper.time(at))];
    rows.extend(member.map(|member| account_id(paper, member)));
    let happened = happened_in_team(paper, &paper.quoted(organization), change);
    (paper.say("mail-team-subject"), vec![paragraph(happened), paragraph(otherwise), facts(rows)])
}

/// To every member.
pub(super) fn second_factor_demand_changed(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    organization: &str,
    demanded: bool,
    by_reader: bool,
) -> Draft {
    let name = [("organization", paper.quoted(organization).into())];
    let (subject, happened) = if demanded {
        (paper.say("mail-demand-subject"), paper.say_with("mail-demand-on", name))
    } else {
        (paper.say("mail-demand-over-subject"), paper.say_with("mail-demand-off", name))
    };
    let then = if by_reader { paper.say("mail-own-deed") } else { paper.say("mail-demand-ask") };
    let rows = vec![(paper.say("mail-at-changed"), paper.time(at))];
    (subject, vec![paragraph(happened), paragraph(then), facts(rows)])
}

fn happened_in_team(paper: Paper<'_>, organization: &str, change: TeamChange) -> String {
    let name = [("organization", organization.into())];
    let role_name = |role| match role {
        Role::Member => paper.say("mail-team-role-member"),
        Role::Admin => paper.say("mail-team-role-admin"),
        Role::Owner => paper.say("mail-team-role-owner"),
    };
    match change {
        TeamChange::Invited { role: Role::Member } => paper.say_with("mail-team-invited-member", name),
        TeamChange::Invited { role: Role::Admin } => paper.say_with("mail-team-invited-admin", name),
        TeamChange::Invited { role: Role::Owner } => paper.say_with("mail-team-invited-owner", name),
        TeamChange::Joined { role: Role::Member } => paper.say_with("mail-team-joined-member", name),
        TeamChange::Joined { role: Role::Admin } => paper.say_with("mail-team-joined-admin", name),
        TeamChange::Joined { role: Role::Owner } => paper.say_with("mail-team-joined-owner", name),
        TeamChange::RoleChanged { from, to } => {
            let roles = [
                ("organization", organization.into()),
                ("from", role_name(from).into()),
                ("to", role_name(to).into()),
            ];
            if to < from {
                paper.say_with("mail-team-role-less", roles)
            } else {
                paper.say_with("mail-team-role", roles)
            }
        }
        TeamChange::Left { role } => {
            let role = role_name(role);
            paper.say_with("mail-team-left", [("organization", organization.into()), ("role", role.into())])
        }
    }
}

fn account_id(paper: Paper<'_>, member: AccountId) -> (String, String) {
    (paper.say("mail-account-id"), member.to_string())
}

/// To the member who is named or is not any more, and to the owners.
pub(super) fn project_owners_changed(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    project: &NamedProject,
    change: OwnersChange,
    by_reader: bool,
) -> Draft {
    let name = [("project", paper.quoted(&project.name).into())];
    let (happened, member) = match change {
        OwnersChange::ReaderNamed => (paper.say_with("mail-project-owners-you-named", name), None),
        OwnersChange::ReaderRemoved => (paper.say_with("mail-project-owners-you-removed", name), None),
        OwnersChange::Named(member) => (paper.say_with("mail-project-owners-named", name), Some(member)),
        OwnersChange::Removed(member) => (paper.say_with("mail-project-owners-removed", name), Some(member)),
    };
    let then = match (change, by_reader) {
        (_, true) => paper.say("mail-own-deed"),
        (OwnersChange::ReaderRemoved, false) => paper.say("mail-project-owners-ask"),
        (OwnersChange::ReaderNamed | OwnersChange::Named(_) | OwnersChange::Removed(_), false) => {
            paper.say("mail-owner-of-project")
        }
    };
    let mut rows = vec![
        (paper.say("mail-at-changed"), paper.time(at)),
        (paper.say("mail-project"), no_link(&project.name)),
        (paper.say("mail-project-id"), project.project_id.to_string()),
    ];
    rows.extend(member.map(|member| account_id(paper, member)));
    (paper.say("mail-project-owners-subject"), vec![paragraph(happened), paragraph(then), facts(rows)])
}
