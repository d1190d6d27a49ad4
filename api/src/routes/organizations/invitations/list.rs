//! `GET /v1/organizations/{id}/invitations`: who is invited and has not answered.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::organization::MOST_INVITATIONS;
use domain::{InvitationId, OrganizationId};
use event_store::records::invitation;
use projections::organization::{InvitationView, NAME};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::page::Page;
use crate::problem::{Kind, Problem};
use crate::routes::organizations::{PATH, lookup};
use crate::schemas;
use crate::state::AppState;

/// An open invitation.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct InvitationItem {
    /// Its id.
    #[schema(value_type = String, example = "inv_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: InvitationId,
    /// Where it went.
    #[schema(format = Email, example = "grace@example.com")]
    pub(crate) email: String,
    /// The role to come.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: String,
    /// When.
    pub(crate) invited_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub(crate) expires_at: DateTime<Utc>,
}

/// A page of invitations.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct InvitationList {
    /// The invitations, oldest first.
    pub(crate) items: Vec<InvitationItem>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// Lists the open invitations into an organization, oldest first. Owners and admins may.
#[utoipa::path(
    get, path = "/v1/organizations/{id}/invitations", tag = "Organizations", operation_id = "listInvitations", params(Page),
    responses(
        (status = 200, description = "The invitations", body = InvitationList),
        (status = 403, description = "One is neither owner nor admin: `insufficient-role`"),
    )
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
    let found = lookup::find(&state, account, id).await?;
    if !found.member.role.manages() {
        return Err(Problem::new(Kind::InsufficientRole));
    }
    let open = state.views.invitation_list(id, most()).await?;
    let mut open = after(open, cursor, state.store.services().now());
    let next_cursor = page.cut(&mut open, |(id, _)| id.to_string());
    let link = page.link(&format!("{PATH}/{id}/invitations"), next_cursor.as_deref());
    let items = with_addresses(&state, open).await?;
    Ok((link, Json(InvitationList { items, next_cursor })))
}

fn most() -> i64 {
    i64::try_from(MOST_INVITATIONS).unwrap_or(i64::MAX)
}

/// Those that can still be accepted, above the one the page before ended with. They are few.
fn after(
    open: Vec<InvitationView>,
    cursor: Option<InvitationId>,
    now: DateTime<Utc>,
) -> Vec<(InvitationId, InvitationView)> {
    let alive = open.into_iter().filter(|view| view.expires_at > now);
    let named = alive.filter_map(|view| Some((view.invitation_id.parse().ok()?, view)));
    named.filter(|(id, _)| cursor.is_none_or(|cursor| *id > cursor)).collect()
}

/// The addresses are in the records; an invitation whose address is no more has ended.
async fn with_addresses(
    state: &AppState,
    open: Vec<(InvitationId, InvitationView)>,
) -> Result<Vec<InvitationItem>, Problem> {
    let ids: Vec<InvitationId> = open.iter().map(|(id, _)| *id).collect();
    let kept = invitation::list(state.store.records(), &ids).await?;
    let mut emails: HashMap<InvitationId, String> =
        kept.into_iter().map(|kept| (kept.id, kept.email.as_str().to_owned())).collect();
    let item = |(id, view): (InvitationId, InvitationView)| {
        let email = emails.remove(&id)?;
        let InvitationView { role, invited_at, expires_at, .. } = view;
        Some(InvitationItem { id, email, role, invited_at, expires_at })
    };
    Ok(open.into_iter().filter_map(item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_over_is_not_listed() {
        let now = DateTime::UNIX_EPOCH;
        let id = |number: u128| InvitationId::from_uuid(Uuid::from_u128(number));
        let view = |number: u128, seconds: i64| InvitationView {
            invitation_id: id(number).to_string(),
            role: "member".to_owned(),
            invited_at: now,
            expires_at: now + chrono::Duration::seconds(seconds),
        };
        let numbers = |cursor: Option<u128>| -> Vec<InvitationId> {
            let open = vec![view(1, 1), view(2, 0), view(3, 1)];
            after(open, cursor.map(id), now).into_iter().map(|(id, _)| id).collect()
        };
        assert_eq!(numbers(None), [id(1), id(3)]);
        assert_eq!(numbers(Some(1)), [id(3)]);
        assert_eq!(numbers(Some(3)), []);
    }
}
