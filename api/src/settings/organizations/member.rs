//! `/settings/organizations/{id}/members/{account_id}`: a member, and another role for them.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::organization::Role;
use domain::{AccountId, OrganizationId};
use maud::{Markup, html};
use serde_json::json;

use super::members::called;
use super::roles::{given_by, role_hint, role_name, role_of};
use crate::extract::Ids;
use crate::problem::Kind;
use crate::routes::organizations::{MemberItem, MemberRole, OrganizationItem};
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[
    (Cause::Pointer("/role"), "role", id!("organizations-role-wrong")),
    (Cause::Kind(Kind::LastOwner), "role", id!("organizations-last-owner")),
];

/// Shows a member.
pub(in crate::settings) async fn show(
    visit: Visit,
    Ids(id, member): Ids<OrganizationId, AccountId>,
) -> Result<Response, Refusal> {
    page(&visit, (id, member), None, &Errors::default()).await
}

/// Gives them another role.
pub(in crate::settings) async fn change(
    visit: Visit,
    Ids(id, member): Ids<OrganizationId, AccountId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let (role, path) = (sent.text("role"), format!("/v1/organizations/{id}/members/{member}"));
    match visit.v1.send::<MemberRole>(Method::PUT, &path, Some(json!({"role": role})), sent.key()).await {
        Ok(now) => {
            let word = match (now.ended_project_ownership, now.ended_invitations) {
                (false, _) => "role",
                (true, 0) => "role-less",
                (true, _) => "role-less-invitations",
            };
            Ok(done(&format!("/settings/organizations/{id}"), word))
        }
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            page(&visit, (id, member), Some(role), &errors).await
        }
    }
}

async fn page(
    visit: &Visit,
    (id, member): (OrganizationId, AccountId),
    typed: Option<&str>,
    errors: &Errors,
) -> Result<Response, Refusal> {
    let is_me = visit.me().await?.account_id == member;
    let organization: OrganizationItem = visit.v1.get(&format!("/v1/organizations/{id}")).await?;
    let shown: MemberItem = visit.v1.get(&format!("/v1/organizations/{id}/members/{member}")).await?;
    let text = visit.text();
    let (mine, theirs) = (role_of(&organization.role), role_of(&shown.role));
    let may = mine.manages_role(theirs);
    let body = html! {
        (about(visit, &shown, theirs))
        section class="card" aria-labelledby="role-of" {
            h2 id="role-of" { (text.say("organizations-role-title")) }
            @if may {
                p { (text.say("organizations-role-lead")) }
                @let form = Form::new(visit, errors);
                @let chosen = typed.unwrap_or(&shown.role);
                @let choices = form.choices("role", &text.say(if is_me { id!("organizations-role") } else { id!("organizations-their-role") }), &given_by(mine, text), chosen);
                (form.around(&choices, &text.say("form-save")))
            } @else {
                p { (text.say(why_not(mine))) }
            }
        }
        @if may || is_me { (ending(visit, is_me)) }
    };
    Ok(Page::new(called(shown.name.as_deref(), shown.email.as_deref(), text), body)
        .of(Section::Organizations)
        .below(format!("/settings/organizations/{id}"), organization.name)
        .with_errors(errors)
        .show(visit))
}

/// Why one may not change the role of another.
fn why_not(mine: Role) -> &'static str {
    if mine.manages() { id!("organizations-of-owners") } else { id!("organizations-why-not") }
}

fn about(visit: &Visit, member: &MemberItem, role: Role) -> Markup {
    let text = visit.text();
    html! {
        section class="card" aria-labelledby="about" {
            h2 id="about" { (text.say("organizations-member")) }
            dl class="rows" {
                div class="row" {
                    dt { (text.say("profile-email")) }
                    dd {
                        @match &member.email {
                            Some(email) => (email),
                            None => span class="quiet" { (text.say("page-erased")) },
                        }
                    }
                }
                div class="row" {
                    dt { (text.say("organizations-their-role")) }
                    dd {
                        span class="badge" { (text.say(role_name(role))) }
                        " " span class="quiet" { (text.say(role_hint(role))) }
                    }
                }
                div class="row" {
                    dt { (text.say("organizations-since")) }
                    dd { (text.date(member.joined_at)) }
                }
            }
        }
    }
}

fn ending(visit: &Visit, is_me: bool) -> Markup {
    let text = visit.text();
    let (title, hint, button) = if is_me {
        (id!("organizations-leave"), id!("organizations-leave-hint"), id!("organizations-leave-button"))
    } else {
        (id!("organizations-remove"), id!("organizations-remove-hint"), id!("organizations-remove-button"))
    };
    html! {
        section class="card" aria-labelledby="end" {
            h2 id="end" { (text.say(title)) }
            p { (text.say(hint)) }
            p { a class="button plain" href={ (visit.path()) "/remove" } { (text.say(button)) } }
        }
    }
}
