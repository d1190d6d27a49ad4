//! `PUT /v1/me/password`: choosing a new password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand, SignOutReason};
use domain::{EventId, SessionId};
use event_store::vault::secret::SecretKind;
use event_store::vault::{VaultWrite, session};
use event_store::{Actor, Attached, CommandContext};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, CurrentSession, RequestContext};
use crate::password::Password;
use crate::problem::{InputError, Kind, Problem};
use crate::state::AppState;

/// The old password and the new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password that holds now.
    #[schema(value_type = String, format = Password)]
    current: SecretString,
    /// The one that shall hold.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    new: SecretString,
}

/// Changes the password.
///
/// All other sessions of the account end at once, in every process. The new password has 8 to 128
/// characters, of any kind, and is not one of the most common ones.
#[utoipa::path(
    put, path = "/v1/me/password", tag = "Me", operation_id = "changePassword", request_body = PasswordChange,
    responses(
        (status = 204, description = "The new password holds; all other sessions have ended"),
        (status = 403, description = "The current password is wrong: `wrong-password`; or a page of another site sent this: `cross-site-request`"),
    ),
    security(("session_token" = []), ("session_cookie" = []))
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
    Body(body): Body<PasswordChange>,
) -> Result<impl IntoResponse, Problem> {
    let new = Password::choose(&body.new)
        .map_err(|unfit| Problem::invalid(vec![InputError::at("/new", unfit.to_string())]))?;
    let account = current.account();
    if state.prove(Some(account), body.current).await?.is_none() {
        return Err(Problem::new(Kind::WrongPassword));
    }
    let hash = state.passwords.hash(new).await?;
    let others = other_sessions(&state, &current).await?;
    let owner = account.to_string();
    let vault = vec![
        VaultWrite::PutSecret {
            kind: SecretKind::PasswordHash,
            owner: owner.clone(),
            value: hash.into_bytes(),
        },
        VaultWrite::EndOtherSessions { account, except: current.0.id },
    ];
    let context = context.command(Actor::Account(account));
    let attached = Attached { vault, ..Attached::default() };
    let executed =
        state.execute::<Account>(&owner, AccountCommand::ChangePassword, &context, attached).await?;
    let mut events = executed.events;
    events.extend(record_ends(&state, &owner, others, &context, events.last().copied()).await);
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}

async fn other_sessions(state: &AppState, current: &CurrentSession) -> Result<Vec<SessionId>, Problem> {
    let now = state.store.services().now();
    let sessions = session::list(state.store.pool(), current.account(), now).await?;
    Ok(sessions.into_iter().map(|session| session.id).filter(|id| *id != current.0.id).collect())
}

/// Tells the history which sessions the change has ended. They have ended already, whatever comes of this:
/// a failure is logged and nothing else.
async fn record_ends(
    state: &AppState,
    owner: &str,
    ended: Vec<SessionId>,
    context: &CommandContext,
    causation: Option<EventId>,
) -> Vec<EventId> {
    let context = CommandContext { causation, ..context.clone() };
    let mut events = Vec::new();
    for session_id in ended {
        let command = AccountCommand::RecordSignOut { session_id, reason: SignOutReason::PasswordChanged };
        match state.store.execute::<Account>(owner, command, &context, Attached::default()).await {
            Ok(executed) => events.extend(executed.events),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the end of a session could not be recorded");
                break;
            }
        }
    }
    events
}
