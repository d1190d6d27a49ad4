//! `GET /v1/sessions`: where one is signed in.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::SessionId;
use event_store::vault::session::{self, Session};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::CurrentSession;
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A live session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionItem {
    /// Its id.
    #[schema(value_type = String, example = "ses_01h455vb4pex5vsknk084sn02q")]
    id: SessionId,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_used_at: DateTime<Utc>,
    /// When it ends however much it is used.
    expires_at: DateTime<Utc>,
    /// Whether it is the one of this request.
    current: bool,
}

/// A page of sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionList {
    /// The sessions, newest first.
    items: Vec<SessionItem>,
    /// What to send as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Lists the account's live sessions, newest first.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "Sessions", operation_id = "listSessions", params(Page),
    responses((status = 200, description = "The sessions", body = SessionList,
        headers(("Link" = String, description = "The next page (RFC 8288)")))),
    security(("session_token" = []), ("session_cookie" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let now = state.store.services().now();
    let sessions = session::list(state.store.pool(), current.account(), now).await?;
    let mut sessions = after(sessions, page.cursor()?);
    let next_cursor = page.cut(&mut sessions, |session| session.id.to_string());
    let link = page.link("/v1/sessions", next_cursor.as_deref());
    let items = sessions.into_iter().map(|session| item(session, current.0.id)).collect();
    Ok((link, Json(SessionList { items, next_cursor })))
}

/// The sessions below the one the page before ended with. They are few, and listed newest first; one that
/// ended meanwhile is passed over by the time it began, which its id holds.
fn after(mut sessions: Vec<Session>, cursor: Option<SessionId>) -> Vec<Session> {
    sessions.sort_unstable_by_key(|session| std::cmp::Reverse(session.id));
    sessions.into_iter().filter(|session| cursor.is_none_or(|cursor| session.id < cursor)).collect()
}

fn item(session: Session, current: SessionId) -> SessionItem {
    SessionItem {
        id: session.id,
        created_at: session.created_at,
        last_used_at: session.seen_at,
        expires_at: session.expires_at,
        current: session.id == current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::AccountId;
    use uuid::Uuid;

    fn session(number: u128) -> Session {
        let at = DateTime::UNIX_EPOCH;
        let (id, account) =
            (SessionId::from_uuid(Uuid::from_u128(number)), AccountId::from_uuid(Uuid::nil()));
        Session { id, account, created_at: at, seen_at: at, sudo_at: at, expires_at: at }
    }

    #[test]
    fn pages_go_from_the_newest_to_the_oldest() {
        let all = || vec![session(1), session(3), session(2)];
        let numbers = |sessions: Vec<Session>| {
            sessions.iter().map(|session| session.id.uuid().as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(after(all(), None)), [3, 2, 1]);
        assert_eq!(numbers(after(all(), Some(session(3).id))), [2, 1]);
        assert_eq!(numbers(after(all(), Some(session(1).id))), [0_u128; 0]);
    }
}
