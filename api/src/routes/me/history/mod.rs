//! `GET /v1/me/history`: what happened to an account, in words and as data.
//!
//! The same events in three forms: pages of JSON, newest first; and, by `Accept`, everything at once,
//! oldest first, as NDJSON or CSV. What was erased reads as erased.

mod entry;
mod export;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use projections::history::NAME;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{CurrentSession, SeenPosition};
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;
use entry::HistoryEntry;
use export::Writer;
use projections::Told;

/// A page of a history.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryPage {
    /// The events, newest first.
    items: Vec<HistoryEntry>,
    /// What to send as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// The forms a history has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Pages,
    Ndjson,
    Csv,
}

/// Shows the history of the account.
///
/// JSON comes in pages, newest first. `Accept: application/x-ndjson` or `text/csv` streams all of it,
/// oldest first.
#[utoipa::path(
    get, path = "/v1/me/history", tag = "Me", operation_id = "getHistory", params(Page),
    responses(
        (status = 200, description = "The events", content(
            (HistoryPage = "application/json"),
            (HistoryEntry = "application/x-ndjson"),
            (String = "text/csv"),
        ), headers(("Link" = String, description = "The next page (RFC 8288)"))),
    ),
    security(("session_token" = []), ("session_cookie" = []))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    page: Page,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let account = current.account();
    state.catch_up(NAME, account, seen).await?;
    let mut response = match Form::accepted(&headers) {
        Form::Pages => pages(&state, &current, &page).await?,
        Form::Ndjson => {
            let lines = export::stream(&state, account, Writer::Ndjson).await?;
            ([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response()
        }
        Form::Csv => {
            let rows = export::stream(&state, account, Writer::csv()).await?;
            let named = [
                (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
                (CONTENT_DISPOSITION, "attachment; filename=\"history.csv\""),
            ];
            (named, rows).into_response()
        }
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

async fn pages(state: &AppState, current: &CurrentSession, page: &Page) -> Result<Response, Problem> {
    let account = current.account();
    let mut entries =
        state.views.history_list(&state.store, account, page.cursor()?, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut entries, |entry| entry.position.to_string());
    let link = page.link("/v1/me/history", next_cursor.as_deref());
    let items = entries.into_iter().map(|entry| Told::for_holder(entry, account).into()).collect();
    Ok((link, Json(HistoryPage { items, next_cursor })).into_response())
}

impl Form {
    /// The form the client likes best (RFC 9110, section 12.5.1), and pages where it does not mind.
    fn accepted(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut best = (Self::Pages, 0.0_f32);
        for range in values.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let form = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/x-ndjson" | "application/ndjson" => Self::Ndjson,
                "text/csv" => Self::Csv,
                "application/json" | "application/*" | "*/*" => Self::Pages,
                _ => continue,
            };
            let quality =
                parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            if let Some(quality) = quality.filter(|quality| *quality > best.1) {
                best = (form, quality);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_liked_best() {
        for (accept, form) in [
            ("text/csv", Form::Csv),
            ("application/x-ndjson", Form::Ndjson),
            ("application/json", Form::Pages),
            ("*/*", Form::Pages),
            ("image/png", Form::Pages),
            ("text/csv;q=0.5, application/x-ndjson;q=0.9", Form::Ndjson),
            ("text/csv;q=0, */*", Form::Pages),
            ("text/html, text/csv; q=0.1", Form::Csv),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(Form::accepted(&headers), form, "{accept}");
        }
        assert_eq!(Form::accepted(&HeaderMap::new()), Form::Pages);
    }
}
