//! `/settings/organizations`: where somebody is a member.

use axum::response::Response;
use catalogue::{Text, id};
use maud::{Markup, html};

use super::roles::{role_name, role_of};
use crate::routes::organizations::{OrganizationItem, OrganizationList};
use crate::settings::listing::listing;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

const DONE: &[(&str, &str)] = &[("left", id!("organizations-done-left"))];

/// Shows them.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    let path = listing(&visit, "/v1/organizations", "cursor");
    let list: OrganizationList = visit.v1.get(&path).await?;
    let text = visit.text();
    let body = html! {
        @if list.items.is_empty() {
            section class="card" aria-labelledby="none" {
                h2 id="none" { (text.say("organizations-none")) }
                p { (text.say("organizations-none-hint")) }
                p { a class="button" href="/settings/organizations/new" { (text.say("organizations-create")) } }
            }
        } @else {
            p { (text.say("organizations-lead")) }
            section class="card" aria-labelledby="mine" {
                h2 id="mine" { (text.say("organizations-mine")) }
                ul class="list" { @for organization in &list.items { li { (item(organization, text)) } } }
                @if let Some(cursor) = &list.next_cursor {
                    p { a href={ "/settings/organizations?cursor=" (cursor) } { (text.say("page-more")) } }
                }
            }
            p { a class="button plain" href="/settings/organizations/new" { (text.say("organizations-create")) } }
        }
    };
    Ok(Page::new(text.say("organizations-title"), body)
        .of(Section::Organizations)
        .telling(visit.done(DONE))
        .show(&visit))
}

fn item(organization: &OrganizationItem, text: &Text) -> Markup {
    html! {
        div {
            a href={ "/settings/organizations/" (organization.id) } { strong { (organization.name) } }
            " " span class="badge" { (text.say(role_name(role_of(&organization.role)))) }
        }
        code class="quiet" { (organization.id) }
    }
}
