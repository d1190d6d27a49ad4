//! `/settings/history`: what happened, newest first, page by page.

use axum::response::Response;
use maud::{Markup, html};

use super::entries;
use super::filter::Filter;
use super::told::Reader;
use crate::routes::history::HistoryPage;
use crate::settings::errors::Errors;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Events of a page.
const PAGE_SIZE: u32 = 30;

/// Shows the part that was asked for.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    let (text, filter) = (visit.text(), Filter::of(&visit));
    let (errors, found) = match filter.parameters(text) {
        Ok(parameters) => (Errors::default(), Some((fetch(&visit, &parameters).await?, parameters))),
        Err(errors) => (errors, None),
    };
    let body = html! {
        p { (text.say("history-lead")) }
        p { a href="/settings/history/at" { (text.say("history-to-state")) } }
        section class="card" aria-labelledby="which" {
            h2 id="which" { (text.say("history-which")) }
            (filter.form(&visit, &errors))
        }
        @if let Some((page, parameters)) = &found {
            (happened(&visit, &filter, page))
            (downloads(&visit, parameters))
        }
    };
    Ok(Page::new(text.say("history-title"), body).of(Section::History).with_errors(&errors).show(&visit))
}

async fn fetch(visit: &Visit, parameters: &str) -> Result<HistoryPage, Refusal> {
    let cursor = visit
        .parameter("cursor")
        .filter(|cursor| cursor.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    visit.v1.get(&format!("/v1/me/history?format=pages&limit={PAGE_SIZE}{parameters}{cursor}")).await
}

fn happened(visit: &Visit, filter: &Filter, page: &HistoryPage) -> Markup {
    let text = visit.text();
    let is_first = visit.parameter("cursor").is_none();
    let account = visit.known().map(|me| me.account_id.to_string()).unwrap_or_default();
    html! {
        @if page.items.is_empty() {
            div class="card" {
                p { (text.say(if filter.is_narrow() { catalogue::id!("history-none-such") } else { catalogue::id!("history-none") })) }
            }
        } @else {
            (entries::by_day(Reader { text, account: &account, is_holder: true }, &page.items))
        }
        @if !is_first || page.next_cursor.is_some() {
            nav class="actions" aria-label=(text.say("history-pages")) {
                @if !is_first { a class="button plain" href=(filter.page(None)) { (text.say("history-newest")) } }
                @if let Some(next) = &page.next_cursor {
                    a class="button plain" rel="next" href=(filter.page(Some(next))) { (text.say("history-older")) }
                }
            }
        }
    }
}

/// The same part as files, whole.
fn downloads(visit: &Visit, parameters: &str) -> Markup {
    let text = visit.text();
    html! {
        section class="card" aria-labelledby="files" {
            h2 id="files" { (text.say("history-files")) }
            p { (text.say("history-files-lead")) }
            ul {
                li { a href={ "/v1/me/history?format=csv" (parameters) } download="history.csv" { (text.say("history-csv")) } }
                li { a href={ "/v1/me/history?format=ndjson" (parameters) } download="history.ndjson" { (text.say("history-ndjson")) } }
            }
        }
    }
}
