//! `PUT /v1/me/password`: choosing a new password.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::Actor;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::MessageBody;
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::password::SecretKind;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::sessions;
use crate::authentication::VerifiedPassword;
use crate::extract::{Body, CurrentSession, RequestContext};
use crate::limits;
use crate::password::Password;
use crate::problem::{InputError, Kind, Problem};
use crate::security_log::SecurityEvent;
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
        (status = 403, description = "The current password is wrong: `wrong-password`"),
    )
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
    Body(body): Body<PasswordChange>,
) -> Result<impl IntoResponse, Problem> {
    let new = Password::choose(&body.new)
        .map_err(|unfit| Problem::invalid(vec![InputError::at("/new", unfit.to_string())]))?;
    let (account, session) = (current.account(), current.0.id);
    state.limit(limits::TRIES_OF_SESSION, &session.to_string()).await?;
    let proved = state.verify_password(Some(account), body.current).await?;
    let VerifiedPassword { generation } = proved.ok_or_else(|| Problem::new(Kind::WrongPassword))?;
    state.refund(limits::TRIES_OF_SESSION, &session.to_string()).await?;
    let hash = state.hash_chosen_by(account, "/new", new).await?;
    let mut extras = CommitExtras::default();
    extras.records.extend([
        // Another that was changed meanwhile is not overwritten with the right to change the one before.
        RecordWrite::RequireGeneration { account, generation },
        RecordWrite::PutSecret {
            kind: SecretKind::PasswordHash,
            owner: account.to_string(),
            value: hash.into_bytes(),
        },
    ]);
    state.forgive_tries(account, &mut extras).await?;
    let at = state.store.services().now();
    state.notify(&mut extras, account, MessageBody::PasswordChanged { at }).await?;
    let context = context.command(Actor::Account(account));
    let ends = (Some(session), SignOutReason::PasswordChanged);
    let command = AccountCommand::ChangePassword;
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await;
    let events =
        events.map_err(|problem| problem.instead_of(Kind::ReauthenticationRequired, Kind::WrongPassword))?;
    let told = Extension(SecurityEvent::PasswordChanged);
    Ok((told, state.position(account, &events).await, StatusCode::NO_CONTENT))
}
