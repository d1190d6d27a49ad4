//! `/settings/organizations/{id}`: an organization, who is in it, and who is invited.

use axum::response::Response;
use catalogue::{Text, id};
use domain::OrganizationId;
use domain::organization::Role;
use maud::{Markup, html};

use super::history;
use super::members::{self, Team};
use super::roles::{role_hint, role_name, role_of};
use crate::extract::Id;
use crate::routes::organizations::{InvitationList, MemberList, OrganizationItem};
use crate::settings::copied::copied;
use crate::settings::listing::listing;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

const DONE: &[(&str, &str)] = &[
    ("created", id!("organizations-done-created")),
    ("name", id!("organizations-done-name")),
    ("role", id!("organizations-done-role")),
    ("role-less", id!("organizations-done-role-less")),
    ("role-less-invitations", id!("organizations-done-role-less-invitations")),
    ("removed", id!("organizations-done-removed")),
    ("invited", id!("organizations-done-invited")),
    ("revoked", id!("organizations-done-revoked")),
    ("over", id!("organizations-done-over")),
];

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<OrganizationId>) -> Result<Response, Refusal> {
    let me = visit.me().await?.account_id.to_string();
    let organization: OrganizationItem = visit.v1.get(&format!("/v1/organizations/{id}")).await?;
    let path = listing(&visit, &format!("/v1/organizations/{id}/members"), "members");
    let list: MemberList = visit.v1.get(&path).await?;
    let role = role_of(&organization.role);
    let open: Option<InvitationList> = if role.manages() {
        let path = listing(&visit, &format!("/v1/organizations/{id}/invitations"), "invitations");
        Some(visit.v1.get(&path).await?)
    } else {
        None
    };
    let text = visit.text();
    let team = Team { visit: &visit, organization: &organization, role, me: &me };
    let body = html! {
        (about(&organization, role, text))
        (members::section(&team, &list))
        @match &open {
            Some(open) => (members::invitations(&team, open)),
            None => p class="quiet" { (text.say("organizations-why-not")) },
        }
        (history::of(&organization).newest(&visit).await?)
        (leaving(&organization, &me, text))
    };
    Ok(Page::new(organization.name.clone(), body)
        .of(Section::Organizations)
        .below("/settings/organizations", text.say("organizations-title"))
        .telling(visit.done(DONE))
        .show(&visit))
}

fn about(organization: &OrganizationItem, role: Role, text: &Text) -> Markup {
    let here = format!("/settings/organizations/{}", organization.id);
    html! {
        section class="card" aria-labelledby="about" {
            h2 id="about" { (text.say("organizations-about")) }
            dl class="rows" {
                div class="row" {
                    dt { (text.say("organizations-name")) }
                    dd { (organization.name) }
                    @if role.manages() {
                        dd class="change" {
                            a href={ (here) "/name" } {
                                (text.say("page-change")) span class="unseen" { " " (text.say("organizations-name")) }
                            }
                        }
                    }
                }
                div class="row" {
                    dt { (text.say("organizations-id")) }
                    dd { (copied(text, "organization-id", &text.say("organizations-id"), &organization.id)) }
                }
                div class="row" {
                    dt { (text.say("organizations-role")) }
                    dd {
                        span class="badge" { (text.say(role_name(role))) }
                        " " span class="quiet" { (text.say(role_hint(role))) }
                    }
                }
                div class="row" {
                    dt { (text.say("organizations-since")) }
                    dd { (text.date(organization.joined_at)) }
                }
                div class="row" {
                    dt { (text.say("projects-title")) }
                    dd { a href="/settings/projects" { (text.say("organizations-projects")) } }
                }
            }
        }
    }
}

fn leaving(organization: &OrganizationItem, me: &str, text: &Text) -> Markup {
    html! {
        section class="card" aria-labelledby="leave" {
            h2 id="leave" { (text.say("organizations-leave")) }
            p { (text.say("organizations-leave-hint")) }
            p {
                a class="button plain" href={ "/settings/organizations/" (organization.id) "/members/" (me) "/remove" } {
                    (text.say("organizations-leave-button"))
                }
            }
        }
    }
}
