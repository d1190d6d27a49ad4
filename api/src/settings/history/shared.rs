//! What happened to what several people share: the pages below a project and an organization.

use axum::response::Response;
use maud::{Markup, html};

use super::entries;
use super::told::Reader;
use crate::routes::history::HistoryPage;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Events of a page.
const PAGE_SIZE: u32 = 30;
/// Events that are shown beside other things.
const NEWEST: u32 = 5;

/// Whose history it is: its place at `/v1` and among the pages, its name, and the section it is in.
pub(in crate::settings) struct Shared {
    pub(in crate::settings) v1: String,
    pub(in crate::settings) path: String,
    pub(in crate::settings) name: String,
    pub(in crate::settings) section: Section,
}

impl Shared {
    /// A page of it.
    pub(in crate::settings) async fn show(&self, visit: &Visit) -> Result<Response, Refusal> {
        let cursor = visit.parameter("cursor").and_then(|cursor| cursor.parse::<u64>().ok());
        let before = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page: HistoryPage =
            visit.v1.get(&format!("{}/history?limit={PAGE_SIZE}{before}", self.v1)).await?;
        let (text, path) = (visit.text(), format!("{}/history", self.path));
        let account = visit.me().await?.account_id.to_string();
        let reader = Reader { text, account: &account, is_holder: true };
        let body = html! {
            (entries::by_day(reader, &page.items))
            @if cursor.is_some() || page.next_cursor.is_some() {
                nav class="actions" aria-label=(text.say("history-pages")) {
                    @if cursor.is_some() { a class="button plain" href=(path) { (text.say("history-newest")) } }
                    @if let Some(next) = &page.next_cursor {
                        a class="button plain" rel="next" href={ (path) "?cursor=" (next) } { (text.say("history-older")) }
                    }
                }
            }
        };
        let title = text.say_with("history-shared-title", [("name", self.name.as_str().into())]);
        Ok(Page::new(title, body).of(self.section).below(&self.path, self.name.clone()).show(visit))
    }

    /// What happened lately, and the way to all of it.
    pub(in crate::settings) async fn newest(&self, visit: &Visit) -> Result<Markup, Refusal> {
        let page: HistoryPage = visit.v1.get(&format!("{}/history?limit={NEWEST}", self.v1)).await?;
        let account = visit.me().await?.account_id.to_string();
        let text = visit.text();
        let reader = Reader { text, account: &account, is_holder: true };
        Ok(html! {
            section class="card" aria-labelledby="history" {
                h2 id="history" { (text.say("history-shared")) }
                (entries::newest(reader, &page.items))
                p { a href={ (self.path) "/history" } { (text.say("history-shared-all")) } }
            }
        })
    }
}
