//! `GET /v1/organizations/{id}/members`: who is in an organization.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::OrganizationId;
use projections::organization::{MemberView, NAME};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::page::Page;
use crate::problem::Problem;
use crate::routes::organizations::{PATH, lookup};
use crate::schemas;
use crate::state::AppState;

/// A member.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct MemberItem {
    /// Which account.
    #[schema(example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: String,
    /// The name.
    #[schema(example = "Ada Lovelace")]
    pub(crate) name: Option<String>,
    /// The sign-in address.
    #[schema(format = Email, example = "ada@example.com")]
    pub(crate) email: Option<String>,
    /// The role.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: String,
    /// Since when.
    pub(crate) joined_at: DateTime<Utc>,
}

/// A page of members.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct MemberList {
    /// The members, by the age of their accounts.
    pub(crate) items: Vec<MemberItem>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

impl From<MemberView> for MemberItem {
    fn from(view: MemberView) -> Self {
        let MemberView { account_id, name, email, role, joined_at } = view;
        Self { account_id, name, email, role, joined_at }
    }
}

/// Lists the members of an organization. Every member may.
#[utoipa::path(
    get, path = "/v1/organizations/{id}/members", tag = "Organizations", operation_id = "listMembers", params(Page),
    responses((status = 200, description = "The members", body = MemberList))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<OrganizationId>,
    SeenPosition(seen): SeenPosition,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let (account, cursor) = (current.account(), page.cursor()?);
    state.catch_up(NAME, account, seen).await?;
    lookup::find(&state, account, id).await?;
    let mut found = state.views.member_list(id, cursor, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut found, |view| view.account_id.clone());
    let link = page.link(&format!("{PATH}/{id}/members"), next_cursor.as_deref());
    let items = found.into_iter().map(MemberItem::from).collect();
    Ok((link, Json(MemberList { items, next_cursor })))
}
