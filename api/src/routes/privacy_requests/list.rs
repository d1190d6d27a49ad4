//! `GET /v1/me/privacy-requests`: every request one has made.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use projections::privacy_request::NAME;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PATH;
use super::representation::PrivacyRequestBody;
use crate::extract::{CurrentSession, SeenPosition};
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A page of requests.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct PrivacyRequestList {
    /// The requests, newest first.
    pub(crate) items: Vec<PrivacyRequestBody>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// Lists the account's privacy requests, newest first.
#[utoipa::path(
    get, path = "/v1/me/privacy-requests", tag = "Privacy requests", operation_id = "listPrivacyRequests", params(Page),
    responses((status = 200, description = "The requests", body = PrivacyRequestList))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let (account, now) = (current.account(), state.store.services().now());
    state.catch_up(NAME, account, seen).await?;
    let mut views = state.views.request_list(account, page.cursor()?, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut views, |view| view.request.request_id.to_string());
    let link = page.link(PATH, next_cursor.as_deref());
    let items = views.iter().map(|view| PrivacyRequestBody::of(view, now)).collect();
    Ok((link, Json(PrivacyRequestList { items, next_cursor })))
}
