//! `/settings/desk/requests/{id}`: one request: where it stands, what happened to it, and how far each source is.

use axum::response::Response;
use catalogue::{Text, id};
use domain::RequestId;
use maud::{Markup, html};

use super::requests::{REQUESTS, marks};
use super::{HOME, Section, story, words};
use crate::extract::Id;
use crate::routes::admin::DeskRequestBody;
use crate::settings::history::Reader;
use crate::settings::law;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<RequestId>) -> Result<Response, Refusal> {
    visit.operator().await?;
    let (text, found) = (visit.text(), visit.v1.get::<DeskRequestBody>(&format!("{REQUESTS}/{id}")).await?);
    let (request, account) = (&found.request, found.account_id.to_string());
    let reader = Reader { text, account: &account, is_holder: false };
    let due = (!request.state.is_closed()).then_some(request.due_at);
    let body = html! {
        (standing(text, &found))
        section class="card" aria-labelledby="story" {
            h2 id="story" { (text.say("request-steps")) }
            (story::time_line(reader, &found.history, due))
        }
        @if !request.sources.is_empty() {
            section class="card" aria-labelledby="progress" {
                h2 id="progress" { (text.say("request-sources")) }
                (story::sources(text, request.kind, &request.sources))
            }
        }
    };
    let (what, date) = (text.say(words::kind(request.kind)), text.date(request.received_at));
    let title = text.say_with("request-of", [("what", what.into()), ("date", date.into())]);
    Ok(Page::new(title, body).of_desk(Section::Requests).below(HOME, text.say("desk-requests")).show(&visit))
}

fn standing(text: &Text, found: &DeskRequestBody) -> Markup {
    let request = &found.request;
    let state = html! {
        (text.say(words::state(request.state)))
        (marks(text, found.at_risk, found.stalled_since))
    };
    let plain = |words: String| html! { (words) };
    html! {
        section class="card" aria-labelledby="standing" {
            h2 id="standing" { (text.say("desk-standing")) }
            @if found.stalled_since.is_some() { p class="note warning" { (text.say("desk-stalled-advice")) } }
            dl class="rows" {
                (words::row(&text.say("desk-column-state"), &state))
                @if let Some(days) = found.days_left {
                    (words::row(&text.say("desk-column-left"), &plain(words::days_left(text, days))))
                }
                (words::row(&text.say("desk-column-due"), &plain(text.moment(request.due_at))))
                @if let Some(at) = request.closed_at {
                    (words::row(&text.say("desk-closed"), &plain(text.moment(at))))
                }
                (words::row(&text.say("request-detail-law"), &plain(law::name(text, &request.regulation))))
                (words::row(&text.say("desk-account"), &html! {
                    a href={ "/settings/desk/accounts/" (found.account_id) } { code { (found.account_id) } }
                }))
                (words::row(&text.say("request-detail-id"), &html! { code { (request.id) } }))
                @if let Some(copy) = &request.archive {
                    (words::row(&text.say("desk-archive"), &html! {
                        (text.bytes(copy.bytes)) " · "
                        (text.say(if copy.available { id!("desk-archive-available") } else { id!("desk-archive-gone") }))
                    }))
                }
                @if !request.undeliverable.is_empty() {
                    (words::row(&text.say("desk-undelivered"), &plain(request.undeliverable.len().to_string())))
                }
            }
        }
    }
}
