//! `GET /`: where one has come to, and what there is.

use axum::response::Response;
use maud::html;

use super::page::Page;
use super::visit::Visit;

/// Leads on.
pub(super) async fn show(visit: Visit) -> Response {
    let is_signed_in = visit.me().await.is_ok();
    let text = visit.text();
    let to_settings = if is_signed_in { text.say("home-settings") } else { text.say("home-sign-in") };
    let body = html! {
        p { (text.say("home-lead")) }
        p class="actions" { a class="button" href="/settings/" { (to_settings) } }
        p { (text.say("home-mail")) }
        h2 { (text.say("home-programs")) }
        ul {
            li { a href="/docs" { (text.say("home-docs")) } }
            li { a href="/openapi.json" { (text.say("home-openapi")) } }
            li { a href="/problems" { (text.say("home-problems")) } }
            li { a href="/readyz" { (text.say("home-ready")) } }
        }
    };
    Page::new(visit.pages.service_name().to_owned(), body).show(&visit)
}
