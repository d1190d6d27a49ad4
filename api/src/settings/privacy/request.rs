//! `/settings/privacy/requests/{id}`: one request: where it stands and why, what was done, and what can be done.
//!
//! While it is open its parts are kept up to date by the script, which follows the request at `/v1` and takes them anew from
//! this page whenever something has changed.

use axum::extract::Path;
use axum::response::Response;
use catalogue::{Text, id};
use domain::RequestId;
use domain::privacy_request::Kind;
use maud::{Markup, html};

use super::{HOME, progress, standing};
use crate::problem;
use crate::routes::privacy_requests::PrivacyRequestBody;
use crate::settings::law;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Where requests are at `/v1`.
pub(super) const REQUESTS: &str = "/v1/me/privacy-requests";

const DONE: &[(&str, &str)] = &[
    ("open", id!("request-done-open")),
    ("cancelled", id!("request-done-cancelled")),
    ("disabled", id!("request-done-disabled")),
];

/// The id that a path names. What is none is found as little as one there never was.
pub(super) fn parse(id: &str) -> Result<RequestId, Refusal> {
    id.parse().map_err(|_| Refusal::of(problem::Kind::NotFound))
}

/// The page of a request.
pub(super) fn page_of(id: RequestId) -> String {
    format!("{HOME}/requests/{id}")
}

/// A request.
pub(super) async fn fetch(visit: &Visit, id: &str) -> Result<PrivacyRequestBody, Refusal> {
    visit.v1.get(&format!("{REQUESTS}/{}", parse(id)?)).await
}

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    visit.me().await?;
    let (request, text) = (fetch(&visit, &id).await?, visit.text());
    Ok(Page::new(standing::title(&request, text), body(&visit, &request))
        .of(Section::Privacy)
        .below(HOME, text.say("privacy-title"))
        .telling(told(&visit, &request))
        .show(&visit))
}

/// What was done before the page was shown.
fn told(visit: &Visit, request: &PrivacyRequestBody) -> Option<String> {
    let text = visit.text();
    let is_new = visit.parameter("done").is_some_and(|done| done == "received");
    if !is_new {
        return visit.done(DONE);
    }
    let date = text.date(request.due_at);
    Some(match request.kind {
        Kind::Export => text.say_with("request-received-export", [("date", date.into())]),
        Kind::Erasure => text.say_with("request-received-erasure", [("date", date.into())]),
    })
}

fn body(visit: &Visit, request: &PrivacyRequestBody) -> Markup {
    let (text, now) = (visit.text(), visit.now());
    let follow = (!request.state.is_closed()).then(|| format!("{REQUESTS}/{}/events", request.id));
    html! {
        div data-live=[follow] data-version=(request.version) {
            section class="card" {
                div data-part="standing" role="status" {
                    p { span class="badge" { (text.say(standing::label(request))) } }
                    p { (standing::says(request, now, text)) }
                    @if let Some(due) = standing::due(request, now, text) { p class="quiet" { (due) } }
                }
                div data-part="actions" { (actions(visit, request)) }
                @if !request.undeliverable.is_empty() {
                    p class="note warning" {
                        (text.say("request-undelivered")) " "
                        a href="/settings/profile/email" { (text.say("request-undelivered-link")) }
                    }
                }
                @if !request.state.is_closed() {
                    noscript { p { a href=(page_of(request.id)) { (text.say("request-again")) } } }
                }
            }
            section class="card" aria-labelledby="steps" {
                h2 id="steps" { (text.say("request-steps")) }
                div data-part="steps" { (progress::time_line(request, text)) }
            }
            @if !request.sources.is_empty() {
                section class="card" aria-labelledby="progress" {
                    h2 id="progress" { (text.say("request-sources")) }
                    div data-part="sources" { (progress::sources(request, text)) }
                }
            }
            section class="card" aria-labelledby="details" {
                h2 id="details" { (text.say("request-details")) }
                div data-part="details" { (details(request, text)) }
            }
        }
    }
}

fn actions(visit: &Visit, request: &PrivacyRequestBody) -> Markup {
    let (text, page) = (visit.text(), page_of(request.id));
    let copy = standing::available(request);
    let is_over = request.kind == Kind::Export && request.state.is_closed() && copy.is_none();
    html! {
        @if let Some(copy) = copy {
            p class="actions" {
                a class="button" href={ (page) "/download" } {
                    (text.say_with("request-download", [("size", text.bytes(copy.bytes).into())]))
                }
                a class="button plain" href={ (page) "/disable" } { (text.say("request-disable")) }
            }
        }
        @if standing::can_be_cancelled(request, visit.now()) {
            p class="actions" { a class="button plain" href={ (page) "/cancel" } { (text.say("request-cancel")) } }
        }
        @if is_over {
            p class="actions" { a class="button plain" href={ (HOME) "/export" } { (text.say("request-new")) } }
        }
    }
}

fn details(request: &PrivacyRequestBody, text: &Text) -> Markup {
    let row = |name: String, value: Markup| html! { div class="row" { dt { (name) } dd { (value) } } };
    html! {
        dl class="rows" {
            (row(text.say("request-detail-id"), html! { code { (request.id) } }))
            (row(text.say("request-detail-law"), html! { (law::name(text, &request.regulation)) }))
            @if let Some(copy) = &request.archive {
                (row(text.say("request-detail-size"), html! { (text.bytes(copy.bytes)) }))
                (row(text.say("request-detail-sum"), html! { code { (copy.sha256) } }))
            }
        }
    }
}
