//! `/settings/projects/{id}/owners`: members of the organization, to be named as owners of a project.

use axum::http::Method;
use axum::response::Response;
use domain::{AccountId, ProjectId};
use maud::{Markup, html};

use super::owned;
use crate::extract::Id;
use crate::problem::Kind;
use crate::routes::organizations::{MemberItem, MemberList};
use crate::routes::projects::{ProjectOwner, ProjectShown};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::listing::listing;
use crate::settings::organizations::{called, role_name, role_of};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

/// Shows the members.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<ProjectId>) -> Result<Response, Refusal> {
    page(&visit, id, &Errors::default()).await
}

/// Names one of them.
pub(in crate::settings) async fn add(
    visit: Visit,
    Id(id): Id<ProjectId>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let member: AccountId = sent.text("account").parse().map_err(|_| Refusal::of(Kind::NotFound))?;
    let path = format!("/v1/projects/{id}/owners/{member}");
    match visit.v1.command(Method::PUT, &path, None, sent.key()).await {
        Ok(()) => Ok(done(&format!("/settings/projects/{id}"), "owner-added")),
        Err(refusal) => page(&visit, id, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, id: ProjectId, errors: &Errors) -> Result<Response, Refusal> {
    let shown = owned(visit, id).await?;
    let members = format!("/v1/organizations/{}/members", shown.project.organization_id);
    let list: MemberList = visit.v1.get(&listing(visit, &members, "cursor")).await?;
    let text = visit.text();
    let here = format!("/settings/projects/{id}");
    let body = html! {
        p { (text.say("projects-owners-lead")) }
        section class="card" aria-labelledby="members" {
            h2 id="members" { (text.say("organizations-members")) }
            ul class="list" { @for member in &list.items { li { (member_row(visit, &shown, member)) } } }
            @if let Some(cursor) = &list.next_cursor {
                p { a href={ (here) "/owners?cursor=" (cursor) } { (text.say("page-more")) } }
            }
        }
    };
    Ok(Page::new(text.say("projects-owners-title"), body)
        .of(Section::Projects)
        .below(here, shown.project.name)
        .with_errors(errors)
        .show(visit))
}

fn member_row(visit: &Visit, shown: &ProjectShown, member: &MemberItem) -> Markup {
    let text = visit.text();
    let name = called(member.name.as_deref(), member.email.as_deref(), text);
    let is_named = shown.owners.iter().any(|owner| owner.account_id == member.account_id);
    let errors = Errors::default();
    let form = Form::new(visit, &errors).hidden("account", &member.account_id).about(name.clone());
    html! {
        div class="between" {
            div {
                strong { (name) }
                " " span class="badge" { (text.say(role_name(role_of(&member.role)))) }
                @if let Some(email) = member.email.as_deref().filter(|email| *email != name) {
                    div class="quiet" { (email) }
                }
            }
            @if is_named {
                span class="quiet" { (text.say("projects-owner-already")) }
            } @else {
                div class="actions" { (form.around_plain(&html! {}, &text.say("projects-owner-add"))) }
            }
        }
    }
}

/// The owners, on the page of their project.
pub(super) fn section(visit: &Visit, shown: &ProjectShown) -> Markup {
    let text = visit.text();
    let here = format!("/settings/projects/{}/owners", shown.project.id);
    let row = |owner: &ProjectOwner| {
        let name = called(owner.name.as_deref(), None, text);
        html! {
            div class="between" {
                span { (name) }
                @if shown.you_own {
                    a href={ (here) "/" (owner.account_id) "/remove" } {
                        (text.say("projects-owner-remove")) span class="unseen" { " " (name) }
                    }
                }
            }
        }
    };
    html! {
        section class="card" aria-labelledby="owners" {
            h2 id="owners" { (text.say("projects-owners")) }
            p { (text.say("projects-owners-hint")) }
            @if shown.owners.is_empty() {
                p class="quiet" { (text.say("projects-owners-none")) }
            } @else {
                ul class="list" { @for owner in &shown.owners { li { (row(owner)) } } }
            }
            @if shown.you_own { p { a class="button plain" href=(here) { (text.say("projects-owners-button")) } } }
        }
    }
}
