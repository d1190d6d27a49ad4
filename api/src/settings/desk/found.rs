//! `/settings/desk/accounts/{id}`: one account: since when it is, its requests, and its history in words.

use axum::response::Response;
use catalogue::Text;
use domain::AccountId;
use futures::future::try_join3;
use maud::{Markup, html};
use url::form_urlencoded::Serializer;

use super::accounts::find;
use super::requests::{REQUESTS, rows};
use super::{Section, words};
use crate::extract::Id;
use crate::problem::Kind;
use crate::routes::admin::{DeskRequestList, FoundAccount};
use crate::routes::history::HistoryPage;
use crate::settings::history::{Reader, by_day};
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Events of a page.
const ON_A_PAGE: &str = "30";

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit, Id(id): Id<AccountId>) -> Result<Response, Refusal> {
    visit.operator().await?;
    let (text, account) = (visit.text(), id.to_string());
    let found = find(&visit, "id", &account).await?.ok_or_else(|| Refusal::of(Kind::NotFound))?;
    let requests = |state: &str| format!("{REQUESTS}?state={state}&account={account}&limit=100");
    let (open_path, closed_path, history_path) =
        (requests("open"), requests("closed"), history_path(&visit, id));
    let asked = try_join3(
        visit.v1.get::<DeskRequestList>(&open_path),
        visit.v1.get::<DeskRequestList>(&closed_path),
        visit.v1.get::<HistoryPage>(&history_path),
    );
    let (mut open, closed, history) = asked.await?;
    open.items.extend(closed.items);
    let (page, is_first) = (format!("/settings/desk/accounts/{id}"), visit.parameter("cursor").is_none());
    let next = history.next_cursor.as_ref().map(|next| format!("{page}?cursor={next}#history"));
    let reader = Reader { text, account: &account, is_holder: false };
    let body = html! {
        p class="note" { (text.say("desk-account-record")) }
        (facts(text, &found))
        section class="card" aria-labelledby="requests" {
            h2 id="requests" { (text.say("desk-account-requests")) }
            @if open.items.is_empty() {
                p class="quiet" { (text.say("desk-account-requests-none")) }
            } @else {
                (words::table(&text.say("desk-account-requests"), &rows(text, &open.items)))
            }
        }
        h2 id="history" { (text.say("history-title")) }
        (by_day(reader, &history.items))
        (words::pages(text, (!is_first).then_some(page.as_str()), next.as_deref()))
    };
    Ok(Page::new(text.say("desk-account"), body)
        .of_desk(Section::Accounts)
        .below(Section::Accounts.path(), text.say("desk-accounts"))
        .show(&visit))
}

fn history_path(visit: &Visit, id: AccountId) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("format", "pages").append_pair("limit", ON_A_PAGE);
    if let Some(cursor) = visit.parameter("cursor") {
        query.append_pair("cursor", &cursor);
    }
    format!("/v1/admin/accounts/{id}/history?{}", query.finish())
}

fn facts(text: &Text, found: &FoundAccount) -> Markup {
    let plain = |words: String| html! { (words) };
    let email = match &found.email {
        Some(email) => html! { (email) },
        None => html! { span class="badge" { (text.say("page-erased")) } },
    };
    html! {
        section class="card" aria-labelledby="facts" {
            h2 id="facts" { (text.say("desk-account-facts")) }
            dl class="rows" {
                (words::row(&text.say("state-email"), &email))
                (words::row(&text.say("desk-account-id"), &html! { code { (found.id) } }))
                (words::row(&text.say("desk-account-since"), &plain(text.moment(found.registered_at))))
                @if let Some(at) = found.deleted_at {
                    (words::row(&text.say("state-ended"), &plain(text.moment(at))))
                }
                (words::row(&text.say("desk-account-open"), &plain(found.open_requests.to_string())))
            }
        }
    }
}
