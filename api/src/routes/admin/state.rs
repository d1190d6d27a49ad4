//! `GET /v1/admin/accounts/{id}/state`: how an account stood at an instant, for those who answer for the
//! service. The look itself is recorded ([`look`]).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::AccountId;
use domain::account::Viewed;
use projections::{Audience, PointInTime};

use super::look;
use crate::extract::{Auditor, Id, RequestContext};
use crate::problem::{Kind, Problem};
use crate::routes::history::{self, AccountStateBody, StateForm, StateQuery};
use crate::state::AppState;

/// Shows how an account stood at an instant; now, without `at`.
///
/// Each look at it is an event of the account, with the operator as actor.
#[utoipa::path(
    get, path = "/v1/admin/accounts/{id}/state", tag = "Operators", operation_id = "getAccountState",
    params(("id" = String, Path, description = "The account"), StateQuery),
    responses(
        (status = 200, description = "The account and its privacy requests", content(
            (AccountStateBody = "application/json"),
            (String = "text/plain"),
        ), headers(("Event-Position" = i64, description = "The position of the event that records this look"))),
        (status = 400, description = "A parameter is unknown or wrong: `invalid-parameters`"),
        (status = 404, description = "There is no such account, or there was none then: `not-found`"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    Auditor(operator): Auditor,
    Id(account): Id<AccountId>,
    query: StateQuery,
    headers: HeaderMap,
    context: RequestContext,
) -> Result<Response, Problem> {
    let until = query.at.map(|PointInTime(at)| at);
    let what = (Viewed::State, until);
    let position = look::record(&state, account, operator, &context, what).await?;
    let at = until.unwrap_or_else(|| state.store.services().now());
    let known = state.views.account_state(&state.store, account, at, Audience::Operator).await?;
    let known = known.ok_or_else(|| Problem::new(Kind::NotFound))?;
    let response = match query.form(&headers) {
        StateForm::Text => known.in_words().into_response(),
        StateForm::Json => Json(AccountStateBody::from(known)).into_response(),
    };
    Ok((position, history::varies(response)).into_response())
}
