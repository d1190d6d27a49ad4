//! *Organizations*: where somebody is a member, with whom, and as what.

mod create;
mod history;
mod invite;
mod list;
mod member;
mod members;
mod name;
mod overview;
mod removal;
mod revocation;
mod roles;

use axum::routing::{MethodRouter, get};

pub(super) use members::called;
pub(super) use roles::{role_name, role_of};

use super::pages::Pages;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        ("/settings/organizations", get(list::show)),
        ("/settings/organizations/new", get(create::show).post(create::create)),
        ("/settings/organizations/{id}", get(overview::show)),
        ("/settings/organizations/{id}/name", get(name::show).post(name::change)),
        ("/settings/organizations/{id}/history", get(history::show)),
        ("/settings/organizations/{id}/members/{account_id}", get(member::show).post(member::change)),
        (
            "/settings/organizations/{id}/members/{account_id}/remove",
            get(removal::show).post(removal::remove),
        ),
        ("/settings/organizations/{id}/invite", get(invite::show).post(invite::invite)),
        (
            "/settings/organizations/{id}/invitations/{invitation_id}/revoke",
            get(revocation::show).post(revocation::revoke),
        ),
    ]
}
