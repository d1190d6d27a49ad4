//! The ends of links: what was done, and links that no longer work; with where to go on.

use axum::response::Response;
use maud::{Markup, html};

use super::questions::Dead;
use crate::problem::Kind;
use crate::settings::page::Page;
use crate::settings::visit::Visit;

/// It is done.
pub(super) fn well(visit: &Visit, says: &str) -> Response {
    let body = html! {
        p { (says) }
        p class="actions" { (go_on(visit, "button")) }
    };
    Page::new(visit.text().say("links-done"), body).show(visit)
}

/// The link no longer works.
pub(super) fn dead(visit: &Visit, dead: Dead) -> Response {
    let text = visit.text();
    let body = html! {
        p { (text.say(dead.says)) }
        p class="actions" {
            @if let Some((path, label)) = dead.remedy { a class="button" href=(path) { (text.say(label)) } }
            (go_on(visit, "button plain"))
        }
    };
    Page::new(text.say("links-dead"), body).with_status(Kind::LinkDead.status().as_u16()).show(visit)
}

/// To the settings, or to where one signs in to them.
fn go_on(visit: &Visit, class: &str) -> Markup {
    let text = visit.text();
    html! {
        @if visit.known().is_some() {
            a class=(class) href="/settings/profile" { (text.say("links-go-on")) }
        } @else {
            a class=(class) href="/settings/sign-in" { (text.say("sign-in-button")) }
        }
    }
}
