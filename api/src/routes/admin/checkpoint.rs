//! `GET /v1/admin/log/checkpoint`: the newest signed statement about the log.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use domain::operator::OperatorViewed;
use event_store::proof;

use super::look;
use crate::extract::{Auditor, RequestContext};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// The newest checkpoint, a signed note (C2SP tlog-checkpoint). Keep it where the database's administrator
/// cannot reach it: `audit verify --checkpoint` holds the log to it.
#[utoipa::path(
    get, path = "/v1/admin/log/checkpoint", tag = "Operators", operation_id = "getLogCheckpoint",
    responses(
        (status = 200, description = "The signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "None was signed yet: `not-found`"),
    )
)]
pub(crate) async fn checkpoint(
    State(state): State<AppState>,
    Auditor(operator): Auditor,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    look::record_general(&state, operator, &context, OperatorViewed::Checkpoint).await?;
    let note = proof::newest_note(state.store.pool()).await?;
    let note = note.ok_or_else(|| {
        Problem::because(
            Kind::NotFound,
            "No checkpoint was signed yet. A worker with the signing key makes them.",
        )
    })?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")], note))
}
