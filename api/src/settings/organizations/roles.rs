//! Roles in words, and who may give which.

use catalogue::{Text, id};
use domain::organization::Role;

use crate::settings::form::Choice;

/// Every role, as people are offered them.
const ALL: [Role; 3] = [Role::Owner, Role::Admin, Role::Member];

/// The name of a role.
pub(in crate::settings) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => id!("role-owner"),
        Role::Admin => id!("role-admin"),
        Role::Member => id!("role-member"),
    }
}

/// What a role may do.
pub(super) fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Owner => id!("organizations-owner-hint"),
        Role::Admin => id!("organizations-admin-hint"),
        Role::Member => id!("organizations-member-hint"),
    }
}

/// The role that a text of `/v1` names.
pub(in crate::settings) fn role_of(text: &str) -> Role {
    text.parse().unwrap_or(Role::Member)
}

/// The roles that one of `role` may give.
pub(super) fn given_by(role: Role, text: &Text) -> Vec<Choice> {
    let given = ALL.into_iter().filter(|other| role.manages_role(*other));
    given
        .map(|other| Choice {
            value: other.as_str(),
            label: text.say(role_name(other)),
            hint: Some(text.say(role_hint(other))),
        })
        .collect()
}
