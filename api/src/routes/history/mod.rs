//! Histories, for every kind of caller: what can be asked, and the forms of the answer. Which callers may ask,
//! and what they are shown, the routes themselves say.

mod entry;
mod export;
mod query;
pub(crate) mod shared;
mod state;

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use domain::{AccountId, EventId};
use event_store::records::session::Session;
use projections::history::HistoryFilter;
use projections::{Audience, EventView, ExportFormat};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use entry::HistoryEntry;
pub(super) use query::{Form, HistoryQuery, StateForm, StateQuery};
pub(crate) use state::AccountStateBody;

use crate::capacity::StreamPermit;
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A page of a history.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct HistoryPage {
    /// The events, newest first.
    pub(crate) items: Vec<HistoryEntry>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
    /// With `at`, on the first page: how the account stood then; null where there was none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable)]
    pub(crate) state: Option<Option<AccountStateBody>>,
}

/// A page, and the link to the next: the list lies at `path`.
pub(super) async fn page(
    state: &AppState,
    account: AccountId,
    query: &HistoryQuery,
    audience: Audience,
    path: &str,
) -> Result<(impl axum::response::IntoResponseParts + use<>, HistoryPage), Problem> {
    let (page, filter) = (&query.page, query.filter());
    let before = match page.cursor::<EventId>()? {
        Some(last) => {
            let position = state.views.history_position(account, last).await?;
            Some(position.ok_or_else(Page::no_such_cursor)?)
        }
        None => None,
    };
    let list = state.views.history_list(&state.store, account, (before, filter), page.limit_and_one());
    let mut entries = list.await?;
    let next_cursor = page.cut(&mut entries, |entry| entry.event_id.to_string());
    let link = page.link_with(path, next_cursor.as_deref(), &query.as_given());
    let items = entries.into_iter().map(|entry| EventView::to(audience, entry, account).into()).collect();
    Ok((link, HistoryPage { items, next_cursor, state: None }))
}

/// All of it at once, as lines of the form that was asked for; as long as the session of the caller lives, where it
/// is one.
pub(super) async fn lines(
    state: &AppState,
    account: AccountId,
    form: Form,
    filter: HistoryFilter,
    audience: Audience,
    (permit, session): (StreamPermit, Option<Session>),
) -> Result<Response, Problem> {
    let (media_type, file, writer) = match form {
        Form::Ndjson | Form::Pages => ("application/x-ndjson", None, ExportFormat::Ndjson),
        Form::Text => ("text/plain; charset=utf-8", None, ExportFormat::Text),
        Form::Csv => {
            let file = "attachment; filename=\"history.csv\"";
            ("text/csv; charset=utf-8; header=present", Some(file), ExportFormat::csv(audience))
        }
    };
    let body = export::stream(state, account, writer, filter, audience, (permit, session)).await?;
    let mut response = ([(CONTENT_TYPE, media_type)], body).into_response();
    if let Some(file) = file {
        response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(file));
    }
    Ok(response)
}

/// Says that the answer depends on what the client likes.
pub(super) fn varies(mut response: Response) -> Response {
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// A page as it goes out.
pub(super) fn answer(link: impl axum::response::IntoResponseParts, page: HistoryPage) -> Response {
    (link, Json(page)).into_response()
}
