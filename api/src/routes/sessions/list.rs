//! `GET /v1/sessions`: where one is signed in.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::SessionId;
use event_store::records::session::{self, Session};
use event_store::records::session_device::SessionDevice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::CurrentSession;
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A live session.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct SessionItem {
    /// Its id.
    #[schema(value_type = String, example = "ses_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: SessionId,
    /// When it began.
    pub(crate) created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub(crate) last_used_at: DateTime<Utc>,
    /// When it ends however much it is used.
    pub(crate) expires_at: DateTime<Utc>,
    /// The kind of program and system it was begun with. Null where it is not known, or was erased.
    #[schema(example = "Firefox on Linux")]
    pub(crate) device: Option<String>,
    /// The network it was begun from. Null where it is not known, or was erased.
    #[schema(example = "203.0.113.0/24")]
    pub(crate) network: Option<String>,
    /// Whether it is the one of this request.
    pub(crate) current: bool,
}

/// A page of sessions.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct SessionList {
    /// The sessions, newest first.
    pub(crate) items: Vec<SessionItem>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// Lists the account's live sessions, newest first: all of them, page by page.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "Sessions", operation_id = "listSessions", params(Page),
    responses((status = 200, description = "The sessions", body = SessionList))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    current: CurrentSession,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let (account, now) = (current.account(), state.store.services().now());
    let limit = page.limit_and_one();
    let mut found = session::page(state.store.pool(), account, now, page.cursor()?, limit).await?;
    let next_cursor = page.cut(&mut found, |(session, _)| session.id.to_string());
    let link = page.link("/v1/sessions", next_cursor.as_deref());
    let (sessions, sealed): (Vec<_>, Vec<_>) =
        found.into_iter().map(|(session, sealed)| (session, (session.id, sealed))).unzip();
    let devices = SessionDevice::open_all(state.store.records(), account, &sealed).await?;
    let items =
        sessions.into_iter().zip(devices).map(|(session, device)| item(session, device, current.0.id));
    Ok((link, Json(SessionList { items: items.collect(), next_cursor })))
}

fn item(session: Session, device: SessionDevice, current: SessionId) -> SessionItem {
    SessionItem {
        id: session.id,
        created_at: session.created_at,
        last_used_at: session.seen_at,
        expires_at: session.expires_at,
        device: device.program,
        network: device.network,
        current: session.id == current,
    }
}
