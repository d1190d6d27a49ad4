//! `GET /v1/admin/privacy-requests`: which requests wait, and which of them is due first.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::operator::OperatorViewed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::look;
use super::PATH;
use super::query::{DeskQuery, Place};
use super::row::DeskRequestRow;
use crate::extract::{PrivacyDesk, RequestContext};
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A page of the requests of all accounts.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct DeskRequestList {
    /// The requests: open ones in the order in which they are due; of closed ones those that were due last come first.
    pub(crate) items: Vec<DeskRequestRow>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// Lists the privacy requests of all accounts, those that are due first at the beginning.
///
/// Each look at it is an event of the operator.
#[utoipa::path(
    get, path = "/v1/admin/privacy-requests", tag = "Operators", operation_id = "listAllPrivacyRequests",
    params(Page, DeskQuery),
    responses(
        (status = 200, description = "The requests", body = DeskRequestList),
        (status = 403, description = "The token has not the scope `privacy`: `insufficient-scope`"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
    query: DeskQuery,
) -> Result<impl IntoResponse, Problem> {
    let after: Option<Place> = query.page.cursor()?;
    look::record_general(&state, operator, &context, OperatorViewed::PrivacyRequests).await?;
    let (now, page) = (state.store.services().now(), &query.page);
    let mut found = match query.filter(now) {
        Some(filter) => {
            let after = after.map(|Place(place)| place);
            state.views.desk_request_list(&filter, after, page.limit_and_one()).await?
        }
        None => Vec::new(),
    };
    let next_cursor = page.cut(&mut found, |found| Place::of(&found.request).to_string());
    let link = page.link_with(PATH, next_cursor.as_deref(), &query.as_given());
    let items = found.iter().map(|found| DeskRequestRow::of(found, now)).collect();
    Ok((link, Json(DeskRequestList { items, next_cursor })))
}
