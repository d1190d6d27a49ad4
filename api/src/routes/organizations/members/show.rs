//! `GET /v1/organizations/{id}/members/{account_id}`: one member.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::{AccountId, OrganizationId};
use projections::organization::NAME;

use super::list::MemberItem;
use crate::extract::{CurrentSession, Ids, SeenPosition};
use crate::problem::{Kind, Problem};
use crate::routes::organizations::lookup;
use crate::state::AppState;

/// Shows a member of an organization. Every member may.
#[utoipa::path(
    get, path = "/v1/organizations/{id}/members/{account_id}", tag = "Organizations", operation_id = "getMember",
    responses((status = 200, description = "The member", body = MemberItem))
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
    Ids(id, member): Ids<OrganizationId, AccountId>,
    SeenPosition(seen): SeenPosition,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    state.catch_up(NAME, account, seen).await?;
    let found = lookup::find(&state, account, id).await?;
    let now = found.organization.members.get(&member).ok_or_else(|| Problem::new(Kind::NotFound))?;
    let mut view = state.views.member_fetch(id, member).await?;
    if view.is_none() {
        // They are one, so the read model is late.
        state.catch_up_with_all(NAME).await?;
        view = state.views.member_fetch(id, member).await?;
    }
    let view = view.ok_or_else(|| Problem::new(Kind::Unavailable))?;
    Ok(Json(MemberItem { role: now.role.to_string(), ..view.into() }))
}
