//! `GET /v1/admin/accounts/{id}/history`: what happened to an account, for those who answer for the service.
//! The look itself is recorded ([`look`]).

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::AccountId;
use domain::account::Viewed;
use projections::Audience;

use super::look;
use crate::capacity::Client;
use crate::extract::{Auditor, Id, RequestContext, StreamPermits};
use crate::page::Page;
use crate::problem::Problem;
use crate::routes::history::{self, Form, HistoryEntry, HistoryPage, HistoryQuery};
use crate::state::AppState;

/// Shows the history of an account.
///
/// Each look at it is an event of the account, with the operator as actor. JSON comes in pages, newest first;
/// the other forms stream all of it, oldest first.
#[utoipa::path(
    get, path = "/v1/admin/accounts/{id}/history", tag = "Operators", operation_id = "getAccountHistory",
    params(("id" = String, Path, description = "The account"), Page, HistoryQuery),
    responses((status = 200, description = "The events", content(
        (HistoryPage = "application/json"),
        (HistoryEntry = "application/x-ndjson"),
        (String = "text/csv"),
        (String = "text/plain"),
    ), headers(("Event-Position" = i64, description = "The position of the event that records this look"))))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    Auditor(operator): Auditor,
    Id(account): Id<AccountId>,
    query: HistoryQuery,
    headers: HeaderMap,
    permits: StreamPermits,
    context: RequestContext,
) -> Result<Response, Problem> {
    let at = (Viewed::History, query.until());
    let position = look::record(&state, account, operator, &context, at).await?;
    let audience = Audience::Operator;
    let form = query.form(&headers);
    let response = if form == Form::Pages {
        let path = format!("/v1/admin/accounts/{account}/history");
        let (link, page) = history::page(&state, account, &query, audience, &path).await?;
        history::answer(link, page)
    } else {
        let permit = permits.acquire(Client::Operator(operator))?;
        history::lines(&state, account, form, query.filter(), audience, (permit, None)).await?
    };
    Ok((position, history::varies(response)).into_response())
}
