//! Refusals as pages: what happened, and what to do next.

use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use catalogue::id;
use maud::html;

use super::desk_section;
use super::page::Page;
use super::refusal::Refusal;
use super::visit::Visit;
use crate::problem::Kind;

/// The page that tells of a refusal.
pub(super) async fn page(visit: &Visit, refusal: &Refusal) -> Response {
    let status = refusal.status();
    if visit.is_at_desk() {
        let _ = visit.operator().await;
    } else if !status.is_server_error() {
        // For the name at the top; without it the page is the same.
        let _ = visit.me().await;
    }
    let text = visit.text();
    let title = match status.as_u16() {
        403 => id!("fault-403"),
        404 | 405 => id!("fault-404"),
        410 => id!("fault-410"),
        429 => id!("fault-429"),
        503 => id!("fault-503"),
        _ => id!("fault-other"),
    };
    let (again, first) = (visit.here(), super::next::Next::default());
    let (first, home) = match visit.is_at_desk() {
        true => (desk_section::HOME, id!("desk-fault-home")),
        false => (first.path(), id!("fault-home")),
    };
    let body = html! {
        p { (refusal.words(text)) }
        p class="actions" {
            @if status.is_server_error() || status.as_u16() == 429 {
                a class="button plain" href=(again.path()) { (text.say("fault-again")) }
            }
            @if [Kind::ArchiveGone, Kind::DataErased].contains(&refusal.kind) {
                a class="button plain" href="/settings/privacy/export" { (text.say("request-new")) }
            }
            a class="button plain" href=(first) { (text.say(home)) }
        }
    };
    let mut response = Page::new(text.say(title), body).with_status(status.as_u16()).show(visit);
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}
