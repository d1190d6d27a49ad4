//! `GET /v1/organizations/{id}`: one organization.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::OrganizationId;
use projections::organization::NAME;

use super::list::OrganizationItem;
use super::lookup;
use crate::conditional;
use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Shows an organization one is a member of, also where one lacks the second factor that it demands.
#[utoipa::path(
    get, path = "/v1/organizations/{id}", tag = "Organizations", operation_id = "getOrganization",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have")),
    responses(
        (status = 200, description = "The organization", body = OrganizationItem,
            headers(("ETag" = String, description = "The version of the organization"))),
        (status = 304, description = "You have it"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<OrganizationId>,
    SeenPosition(seen): SeenPosition,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let account = current.account();
    state.catch_up(NAME, account, seen).await?;
    let found = lookup::find_from_outside(&state, account, id).await?;
    let mut view = state.views.organization_fetch(account, id).await?;
    if view.is_none() {
        // It is there, so the read model is late.
        state.catch_up_with_all(NAME).await?;
        view = state.views.organization_fetch(account, id).await?;
    }
    let view = view.ok_or_else(|| Problem::new(Kind::Unavailable))?;
    // What can change is told as the events have it, and so has their version.
    let shown = OrganizationItem {
        id: view.organization_id,
        name: found.organization.name,
        role: found.member.role.to_string(),
        second_factor_demanded: found.organization.second_factor_demanded,
        joined_at: view.joined_at,
        created_at: view.created_at,
    };
    Ok(conditional::answer(&headers, state.tags().await?.of(id, found.version), shown))
}
