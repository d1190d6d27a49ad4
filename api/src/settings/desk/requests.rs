//! `/settings/desk/requests`: privacy requests of all accounts, by the days that are left, with what they come to in numbers.

use axum::response::Response;
use catalogue::{Text, id};
use chrono::{DateTime, Utc};
use domain::privacy_request::Kind;
use futures::future::try_join;
use maud::{Markup, html};
use url::form_urlencoded::Serializer;

use super::{HOME, Section, numbers, words};
use crate::routes::admin::{DeskRequestList, DeskRequestRow, RequestStatisticsBody};
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Where requests are at `/v1`.
pub(super) const REQUESTS: &str = "/v1/admin/privacy-requests";
/// Requests of a page.
const ON_A_PAGE: &str = "50";
/// Stalled requests that are shown before all others.
const MOST_STALLED: &str = "200";

/// Which requests are wanted, as the query of the page says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Filter {
    is_closed: bool,
    kind: Option<Kind>,
    at_risk: bool,
    stalled: bool,
}

impl Filter {
    fn of(visit: &Visit) -> Self {
        let given = |name| visit.parameter(name).unwrap_or_default();
        let kind = given("kind");
        Self {
            is_closed: given("state") == "closed",
            kind: [Kind::Export, Kind::Erasure].into_iter().find(|known| known.as_str() == kind),
            at_risk: given("at_risk") == "true",
            stalled: given("stalled") == "true",
        }
    }

    fn pairs(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let state = self.is_closed.then_some(("state", "closed"));
        let kind = self.kind.map(|kind| ("kind", kind.as_str()));
        let flags = [(self.at_risk, "at_risk"), (self.stalled, "stalled")];
        let flags = flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| (name, "true"));
        state.into_iter().chain(kind).chain(flags)
    }

    /// Where such requests lie, from `cursor` on.
    fn address(self, path: &str, limit: Option<&str>, cursor: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        let pages = [("limit", limit), ("cursor", cursor)];
        query.extend_pairs(pages.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{path}{mark}{query}")
    }
}

/// Shows them.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.operator().await?;
    let (text, filter, cursor) = (visit.text(), Filter::of(&visit), visit.parameter("cursor"));
    let statistics = format!("{REQUESTS}/statistics");
    let asked =
        try_join(visit.v1.get::<RequestStatisticsBody>(&statistics), list(&visit, filter, cursor.as_deref()));
    let (statistics, page) = asked.await?;
    let (first, next) = (filter.address(HOME, None, None), page.next_cursor.as_deref());
    let next = next.map(|next| filter.address(HOME, None, Some(next)));
    let body = html! {
        (numbers::card(text, &statistics))
        section class="card" aria-labelledby="list" {
            h2 id="list" { (text.say(if filter.is_closed { id!("desk-list-closed") } else { id!("desk-list-open") })) }
            (form(text, filter))
            @if page.items.is_empty() {
                p class="quiet" { (text.say("desk-list-none")) }
            } @else {
                (words::table(&text.say("desk-requests"), &rows(text, &page.items)))
            }
            (words::pages(text, cursor.is_some().then_some(first.as_str()), next.as_deref()))
        }
    };
    Ok(Page::new(text.say("desk-requests"), body).of_desk(Section::Requests).show(&visit))
}

/// A page of the list; on the first, those that are stalled stand before all others.
async fn list(visit: &Visit, filter: Filter, cursor: Option<&str>) -> Result<DeskRequestList, Refusal> {
    let mut page: DeskRequestList = visit.v1.get(&filter.address(REQUESTS, Some(ON_A_PAGE), cursor)).await?;
    if cursor.is_some() || filter.is_closed || filter.stalled {
        return Ok(page);
    }
    let stalled = Filter { stalled: true, ..filter };
    let mut all: DeskRequestList = visit.v1.get(&stalled.address(REQUESTS, Some(MOST_STALLED), None)).await?;
    page.items.retain(|request| all.items.iter().all(|stalled| stalled.id != request.id));
    all.items.append(&mut page.items);
    Ok(DeskRequestList { items: all.items, next_cursor: page.next_cursor })
}

fn form(text: &Text, filter: Filter) -> Markup {
    let options = |name: &str, label: String, options: &[(&str, String, bool)]| {
        html! {
            div class="field" {
                label for=(name) { (label) }
                select id=(name) name=(name) {
                    @for (value, label, is_chosen) in options { option value=(value) selected[*is_chosen] { (label) } }
                }
            }
        }
    };
    let states = [
        ("open", text.say("desk-filter-open"), !filter.is_closed),
        ("closed", text.say("desk-filter-closed"), filter.is_closed),
    ];
    let kinds = [
        ("", text.say("desk-filter-all-kinds"), filter.kind.is_none()),
        ("export", text.say("desk-kind-export"), filter.kind == Some(Kind::Export)),
        ("erasure", text.say("desk-kind-erasure"), filter.kind == Some(Kind::Erasure)),
    ];
    let flags = [
        ("at_risk", id!("desk-filter-at-risk"), filter.at_risk),
        ("stalled", id!("desk-filter-stalled"), filter.stalled),
    ];
    html! {
        form class="filter" method="get" action=(HOME) {
            (options("state", text.say("desk-filter-state"), &states))
            (options("kind", text.say("desk-filter-kind"), &kinds))
            fieldset class="field" {
                legend { (text.say("desk-filter-only")) }
                @for (name, label, is_set) in flags {
                    div class="choice" {
                        input type="checkbox" id=(name) name=(name) value="true" checked[is_set];
                        label for=(name) { (text.say(label)) }
                    }
                }
            }
            div class="actions" {
                button type="submit" class="button" { (text.say("history-show")) }
                @if filter != Filter::default() {
                    a class="button plain" href=(HOME) { (text.say("desk-filter-none")) }
                }
            }
        }
    }
}

/// Requests, each with a link to its page.
pub(super) fn rows(text: &Text, requests: &[DeskRequestRow]) -> Markup {
    let heads = [
        id!("desk-column-left"),
        id!("desk-column-request"),
        id!("desk-column-state"),
        id!("desk-column-received"),
        id!("desk-column-due"),
    ];
    html! {
        table {
            caption class="unseen" { (text.say("desk-requests")) }
            thead { tr { @for head in heads { th scope="col" { (text.say(head)) } } } }
            tbody { @for request in requests { (row(text, request)) } }
        }
    }
}

fn row(text: &Text, request: &DeskRequestRow) -> Markup {
    html! {
        tr {
            td { (left(text, request)) }
            th scope="row" {
                a href={ (HOME) "/" (request.id) } {
                    (text.say(words::kind(request.kind)))
                    span class="unseen" { " " (request.id) }
                }
            }
            td { (text.say(words::state(request.state))) " " (marks(text, request.at_risk, request.stalled_since)) }
            td { (text.date(request.received_at)) }
            td { (text.date(request.due_at)) }
        }
    }
}

fn left(text: &Text, request: &DeskRequestRow) -> String {
    match (request.days_left, request.closed_at) {
        (Some(days), _) => words::days_left(text, days),
        (None, Some(at)) => text.say_with("desk-closed-at", [("date", text.date(at).into())]),
        (None, None) => String::new(),
    }
}

/// What is the matter with a request.
pub(super) fn marks(text: &Text, at_risk: bool, stalled_since: Option<DateTime<Utc>>) -> Markup {
    html! {
        @if at_risk { " " span class="badge urgent" { (text.say("desk-at-risk")) } }
        @if let Some(since) = stalled_since {
            " " span class="badge urgent" {
                (text.say_with("desk-stalled-since", [("date", text.date(since).into())]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};
    use serde_json::{Value, json};

    #[test]
    fn a_page_is_named_by_what_it_shows() {
        assert_eq!(Filter::default().address(HOME, None, None), HOME);
        let all = Filter { is_closed: true, kind: Some(Kind::Erasure), at_risk: true, stalled: true };
        assert_eq!(
            all.address(REQUESTS, Some("50"), Some("a&b")),
            "/v1/admin/privacy-requests?state=closed&kind=erasure&at_risk=true&stalled=true&limit=50&cursor=a%26b"
        );
    }

    #[test]
    fn a_request_says_how_much_time_is_left_and_what_is_the_matter_with_it() {
        let text = Catalogue::built_in().text(Language::En);
        let shown = |members: Value| {
            let mut row = json!({
                "id": "req_00000000000000000000000001", "account_id": "acc_00000000000000000000000001",
                "kind": "export", "regulation": "gdpr", "state": "running", "received_at": "2026-03-10T12:00:00Z",
                "due_at": "2026-04-10T21:59:59Z", "days_left": 12, "at_risk": false, "stalled_since": null,
                "closed_at": null,
            });
            for (name, value) in members.as_object().unwrap() {
                row[name] = value.clone();
            }
            rows(&text, &[serde_json::from_value(row).unwrap()]).into_string()
        };
        let plain = shown(json!({}));
        assert!(plain.contains("<td>12 days</td>") && !plain.contains("badge"), "{plain}");
        let late = shown(json!({"days_left": -3, "at_risk": true, "stalled_since": "2026-04-01T12:00:00Z"}));
        for words in ["3 days late", "At risk", "Stalled since 1 April 2026"] {
            assert!(late.contains(words), "{words}: {late}");
        }
        let closed =
            shown(json!({"days_left": null, "state": "completed", "closed_at": "2026-03-12T12:00:00Z"}));
        assert!(closed.contains("closed on 12 March 2026"), "{closed}");
    }
}
