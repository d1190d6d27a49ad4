//! `GET /v1/organizations`: where one is a member.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use projections::organization::NAME;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PATH;
use crate::extract::{CurrentSession, SeenPosition};
use crate::page::Page;
use crate::problem::Problem;
use crate::schemas;
use crate::state::AppState;

/// An organization, for one of its members.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct OrganizationItem {
    /// Its id.
    #[schema(example = "org_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: String,
    /// Its name.
    #[schema(example = "Analytical Engines")]
    pub(crate) name: String,
    /// The role of who is asking.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: String,
    /// Whether it demands a second factor of its members: who has none sees no more of it than this.
    pub(crate) second_factor_demanded: bool,
    /// Since when they are a member.
    pub(crate) joined_at: DateTime<Utc>,
    /// When it was created.
    pub(crate) created_at: DateTime<Utc>,
}

/// A page of organizations.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct OrganizationList {
    /// The organizations, oldest first.
    pub(crate) items: Vec<OrganizationItem>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// Lists the organizations one is a member of, oldest first.
#[utoipa::path(
    get, path = "/v1/organizations", tag = "Organizations", operation_id = "listOrganizations", params(Page),
    responses((status = 200, description = "The organizations", body = OrganizationList))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    SeenPosition(seen): SeenPosition,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let (account, cursor) = (current.account(), page.cursor()?);
    state.catch_up(NAME, account, seen).await?;
    let mut found = state.views.organization_list(account, cursor, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut found, |view| view.organization_id.clone());
    let link = page.link(PATH, next_cursor.as_deref());
    let item = |view: projections::organization::OrganizationView| OrganizationItem {
        id: view.organization_id,
        name: view.name,
        role: view.role,
        second_factor_demanded: view.second_factor_demanded,
        joined_at: view.joined_at,
        created_at: view.created_at,
    };
    let items = found.into_iter().map(item).collect();
    Ok((link, Json(OrganizationList { items, next_cursor })))
}
