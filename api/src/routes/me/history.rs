//! `GET /v1/me/history`: what happened to an account, in words and as data.
//!
//! The same events in several forms: pages of JSON, newest first; and, by `Accept` or `format`, everything at
//! once, oldest first. With `at`, what had happened by then, and how the account stood. What was erased
//! reads as erased.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use projections::Audience;
use projections::history::NAME;

use crate::capacity::Client;
use crate::extract::{CurrentSession, SeenPosition, StreamPermits};
use crate::page::Page;
use crate::problem::Problem;
use crate::routes::history::{self, Form, HistoryEntry, HistoryPage, HistoryQuery};
use crate::state::AppState;

/// Shows the history of the account.
///
/// JSON comes in pages, newest first. `Accept: application/x-ndjson`, `text/csv` or `text/plain` streams all
/// of it, oldest first.
#[utoipa::path(
    get, path = "/v1/me/history", tag = "Me", operation_id = "getHistory", params(Page, HistoryQuery),
    responses((status = 200, description = "The events", content(
        (HistoryPage = "application/json"),
        (HistoryEntry = "application/x-ndjson"),
        (String = "text/csv"),
        (String = "text/plain"),
    )))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    query: HistoryQuery,
    headers: HeaderMap,
    permits: StreamPermits,
) -> Result<Response, Problem> {
    let account = current.account();
    state.catch_up(NAME, account, seen).await?;
    let audience = Audience::Holder;
    let form = query.form(&headers);
    if form != Form::Pages {
        let permit = permits.acquire(Client::Account(account))?;
        let lasting = (permit, Some(current.0));
        let lines = history::lines(&state, account, form, query.filter(), audience, lasting).await?;
        return Ok(history::varies(lines));
    }
    let (link, mut page) = history::page(&state, account, &query, audience, "/v1/me/history").await?;
    if let Some(at) = query.until().filter(|_| query.page.is_first()) {
        let known = state.views.account_state(&state.store, account, at, audience).await?;
        page.state = Some(known.map(Into::into));
    }
    Ok(history::varies(history::answer(link, page)))
}
