//! `PUT /v1/password-resets`: choosing the new password.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse};
use domain::Actor;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::MessageBody;
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::email_link::Purpose;
use event_store::records::password::SecretKind;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, RequestContext};
use crate::links::LinkToken;
use crate::password::Password;
use crate::problem::{About, InputError, Problem};
use crate::routes::me::sessions;
use crate::security_log::SecurityEvent;
use crate::state::AppState;

/// The link, and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChosenPassword {
    /// The token of the link: what stands behind the `#` of the address in the mail.
    #[schema(value_type = String, example = "psl_…")]
    token: LinkToken,
    /// The password that shall hold.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: SecretString,
}

/// Chooses a new password, by a link that was mailed.
///
/// The link works once; a password that is refused does not use it up. All sessions of the account end, in every process; where it has a second factor, signing in
/// still asks for it.
#[utoipa::path(
    put, path = "/v1/password-resets", tag = "Sessions", operation_id = "choosePassword", request_body = ChosenPassword,
    responses((status = 204, description = "The new password holds; all sessions have ended"))
)]
pub(crate) async fn choose(
    State(state): State<AppState>,
    context: RequestContext,
    Body(body): Body<ChosenPassword>,
) -> Result<impl IntoResponse, Problem> {
    let account = state.open_link(Purpose::PasswordReset, &body.token, &context).await?.account;
    let new = Password::choose(&body.password)
        .map_err(|unfit| Problem::invalid(vec![InputError::at("/password", unfit.to_string())]))?;
    let hash = state.hash_chosen_by(account, "/password", new).await?;
    let mut extras = CommitExtras::default();
    extras.records.extend([
        RecordWrite::TakeLink(body.token.hash()),
        RecordWrite::PutSecret {
            kind: SecretKind::PasswordHash,
            owner: account.to_string(),
            value: hash.into_bytes(),
        },
    ]);
    let now = state.store.services().now();
    state.forgive_tries(account, &mut extras).await?;
    let browser = state.make_familiar(account, context.visitor(), now, &mut extras).await?;
    let cookie = browser.and_then(|browser| state.cookie.browser(&browser));
    state.notify(&mut extras, account, MessageBody::PasswordChanged { at: now }).await?;
    let context = context.command(Actor::Account(account));
    let ends = (None, SignOutReason::PasswordReset);
    let command = AccountCommand::ResetPassword;
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await?;
    let cookie = AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie)));
    let told = (Extension(SecurityEvent::PasswordChanged), Extension(About(account)));
    Ok((told, state.position(account, &events).await, cookie, StatusCode::NO_CONTENT))
}
