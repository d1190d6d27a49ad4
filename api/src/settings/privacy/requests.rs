//! The requests of an account, newest first.

use domain::privacy_request::Kind;
use maud::{Markup, html};

use super::{HOME, request, standing};
use crate::routes::privacy_requests::{PrivacyRequestBody, PrivacyRequestList};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Requests on a page.
const ON_A_PAGE: usize = 10;

/// The requests of the page that the query names.
pub(super) async fn page(visit: &Visit) -> Result<PrivacyRequestList, Refusal> {
    let from = visit.parameter("from").and_then(|id| request::parse(&id).ok());
    let from = from.map(|id| format!("&cursor={id}")).unwrap_or_default();
    visit.v1.get(&format!("{}?limit={ON_A_PAGE}{from}", request::REQUESTS)).await
}

/// The newest of all. One that is open is among them: of each kind there is one at most, and closed ones are older.
pub(super) async fn newest(visit: &Visit) -> Result<Vec<PrivacyRequestBody>, Refusal> {
    let list: PrivacyRequestList = visit.v1.get(&format!("{}?limit={ON_A_PAGE}", request::REQUESTS)).await?;
    Ok(list.items)
}

/// The one of a kind that is open.
pub(super) fn open_of(requests: &[PrivacyRequestBody], kind: Kind) -> Option<&PrivacyRequestBody> {
    requests.iter().find(|request| request.kind == kind && !request.state.is_closed())
}

/// Each with where it stands.
pub(super) fn list(visit: &Visit, list: &PrivacyRequestList) -> Markup {
    let (text, is_first) = (visit.text(), visit.parameter("from").is_none());
    html! {
        @if list.items.is_empty() && is_first {
            p class="quiet" { (text.say("privacy-requests-none")) }
        } @else {
            ul class="list" { @for request in &list.items { (item(visit, request)) } }
        }
        @if list.next_cursor.is_some() || !is_first {
            p class="actions" {
                @if let Some(next) = &list.next_cursor {
                    a href={ (HOME) "?from=" (next) "#requests" } { (text.say("privacy-requests-older")) }
                }
                @if !is_first { a href={ (HOME) "#requests" } { (text.say("privacy-requests-newest")) } }
            }
        }
    }
}

/// Links of older mails end in `#` and the id.
fn item(visit: &Visit, request: &PrivacyRequestBody) -> Markup {
    let text = visit.text();
    html! {
        li id=(request.id) {
            div {
                a href=(request::page_of(request.id)) { (standing::title(request, text)) } " "
                span class="badge" { (text.say(standing::label(request))) }
            }
            @if let Some(due) = standing::due(request, visit.now(), text) { div class="quiet" { (due) } }
            @else { div class="quiet" { (standing::says(request, visit.now(), text)) } }
        }
    }
}
