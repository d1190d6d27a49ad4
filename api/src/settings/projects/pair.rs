//! Credentials that are shown by the answer of a form, and by nothing else.

use axum::response::Response;
use maud::{Markup, html};

use crate::settings::copied::copied;
use crate::settings::page::{Page, Section};
use crate::settings::visit::Visit;

/// What is shown.
pub(super) struct Shown<'a> {
    pub(super) title: String,
    pub(super) lead: Markup,
    pub(super) token: Option<&'a str>,
    pub(super) api_key: Option<&'a str>,
    pub(super) api_secret: &'a str,
}

/// The page that shows it.
pub(super) fn once(visit: &Visit, project: &str, name: String, shown: &Shown<'_>) -> Response {
    let text = visit.text();
    let here = format!("/settings/projects/{project}");
    let row = |id: &'static str, name: String, value: &str| {
        html! { div class="row" { dt { (name) } dd { (copied(text, id, &name, value)) } } }
    };
    let body = html! {
        (shown.lead)
        section class="card" aria-labelledby="credentials" {
            h2 id="credentials" { (text.say("projects-credentials")) }
            dl class="rows" {
                @if let Some(token) = shown.token { (row("project-token", text.say("projects-token"), token)) }
                @if let Some(key) = shown.api_key { (row("api-key", text.say("projects-key"), key)) }
                (row("api-secret", text.say("projects-secret"), shown.api_secret))
            }
        }
        p class="note warning" { (text.say("projects-once")) }
        p { a class="button" href=(here) { (text.say("projects-kept")) } }
    };
    Page::new(shown.title.clone(), body).of(Section::Projects).below(here, name).secret().show(visit)
}
