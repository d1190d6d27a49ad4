//! `DELETE /v1/sessions/{id}` and `DELETE /v1/sessions`: ending sessions of one's own, on whatever devices they are: one, or all
//! but the one that asks.

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
use crate::routes::me::sessions;
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

/// Ends all of the account's sessions but the one of this request. They end at once, in every process.
///
/// The history tells of each. Where there is no other, nothing happens.
#[utoipa::path(
    delete, path = "/v1/sessions", tag = "Sessions", operation_id = "endOtherSessions",
    responses((status = 204, description = "No other session is left"))
)]
pub(crate) async fn end_others(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let (account, own) = (current.account(), current.0.id);
    let bar = state.store.bar_other_sessions(account, own).await?;
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let mut extras = CommitExtras::default();
            // A sign-in after this look has made the account another by then: all of it is done again.
            for session_id in sessions::others(&state, account, Some(own)).await? {
                let end = AccountCommand::RecordSignOut { session_id, reason: SignOutReason::EndedByHolder };
                unit.execute::<Account>(&account.to_string(), end).await?;
                extras.records.push(RecordWrite::EndSession(session_id));
            }
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await;
    let done = state.unless_refused(&bar, done.map_err(Problem::from)).await?;
    Ok((state.position(account, &done.events).await, StatusCode::NO_CONTENT))
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
