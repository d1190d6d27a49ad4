//! `DELETE /v1/sessions/{id}`: ending a session of one's own, on whatever device it is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::account::{Account, AccountCommand, SignOutReason};
use domain::{Actor, SessionId};
use event_store::CommitExtras;
use event_store::records::{RecordWrite, session};

use crate::event_position::EventPosition;
use crate::extract::{CurrentSession, Id, RequestContext};
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Ends one of the account's sessions. It ends at once, in every process.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "Sessions", operation_id = "endSession",
    responses((status = 204, description = "The session ended"))
)]
pub(crate) async fn end(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<SessionId>,
    context: RequestContext,
) -> Result<Response, Problem> {
    let now = state.store.services().now();
    let found = session::fetch(state.store.pool(), current.account(), id, now).await?;
    let ended = found.ok_or_else(|| Problem::new(Kind::NotFound))?.id;
    let own = ended == current.0.id;
    let reason = if own { SignOutReason::SignedOut } else { SignOutReason::EndedByHolder };
    let position = end_session(&state, &current, ended, reason, &context).await?;
    let ended = (position, StatusCode::NO_CONTENT);
    Ok(if own { (state.cookie.signed_out(), ended).into_response() } else { ended.into_response() })
}

/// Ends `session`, which must be one of the account's, and records it.
pub(super) async fn end_session(
    state: &AppState,
    current: &CurrentSession,
    session: SessionId,
    reason: SignOutReason,
    context: &RequestContext,
) -> Result<EventPosition, Problem> {
    let account = current.account();
    let bar = state.store.bar_session(account, session).await?;
    let executed = state
        .execute::<Account>(
            &account.to_string(),
            AccountCommand::RecordSignOut { session_id: session, reason },
            &context.command(Actor::Account(account)),
            CommitExtras { records: vec![RecordWrite::EndSession(session)], ..CommitExtras::default() },
        )
        .await;
    let executed = state.unless_refused(&bar, executed).await?;
    Ok(state.position(account, &executed.events).await)
}
