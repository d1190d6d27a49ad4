//! `PUT /v1/password-resets/{token}`: choosing the new password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::Says;
use event_store::vault::VaultWrite;
use event_store::vault::link::{self, Purpose};
use event_store::vault::secret::SecretKind;
use event_store::{Actor, Attached};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, LinkToken, RequestContext};
use crate::limits;
use crate::password::Password;
use crate::problem::{InputError, Kind, Problem};
use crate::routes::me::sessions;
use crate::state::AppState;

/// The new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChosenPassword {
    /// The one that shall hold.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: SecretString,
}

/// Chooses a new password, by a link that was mailed.
///
/// The link works once. All sessions of the account end, in every process; where it has a second factor, signing in
/// still asks for it.
#[utoipa::path(
    put, path = "/v1/password-resets/{token}", tag = "Sessions", operation_id = "choosePassword",
    request_body = ChosenPassword,
    params(("token" = String, Path, description = "The token of the link", example = "psl_…")),
    responses(
        (status = 204, description = "The new password holds; all sessions have ended"),
        (status = 410, description = "The link no longer works: `link-dead`"),
        (status = 429, description = "Too many tries: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn choose(
    State(state): State<AppState>,
    token: LinkToken,
    context: RequestContext,
    Body(body): Body<ChosenPassword>,
) -> Result<impl IntoResponse, Problem> {
    let new = Password::choose(&body.password)
        .map_err(|unfit| Problem::invalid(vec![InputError::at("/password", unfit.to_string())]))?;
    state.limit(limits::TRIES_OF_ADDRESS, &context.network()).await?;
    let (token_hash, now) = (token.hash(), state.store.services().now());
    let found = link::find(state.store.pool(), Purpose::PasswordReset, &token_hash, now).await?;
    let account = found.ok_or_else(|| Problem::new(Kind::LinkDead))?.account;
    let hash = state.passwords.hash(new).await?;
    let mut attached = Attached::default();
    attached.vault.extend([
        VaultWrite::TakeLink(token_hash),
        VaultWrite::DropLinks { account, purpose: Purpose::PasswordReset, subject: None },
        VaultWrite::PutSecret {
            kind: SecretKind::PasswordHash,
            owner: account.to_string(),
            value: hash.into_bytes(),
        },
    ]);
    state.tell(&mut attached, account, Says::PasswordChanged { at: now }).await?;
    let context = context.command(Actor::Account(account));
    let ends = (None, SignOutReason::PasswordReset);
    let command = AccountCommand::ResetPassword;
    let events = sessions::end_with(&state, account, command, ends, &context, attached).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}
