//! `POST`, `POST …/verify` and `DELETE /v1/me/totp`: an authenticator app as a second factor.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::Actor;
use domain::account::{Account, AccountCommand, Holder, SecondFactor as Factor, SignOutReason};
use domain::message::MessageBody;
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::authenticator_app::{self, NewAuthenticatorApp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::factor_change::{self, FirstCodes};
use super::sessions;
use crate::code::{self, Typed};
use crate::extract::{Body, CurrentSession, RequestContext, Sudo};
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::totp;

/// What an authenticator app is told.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NewApp {
    /// The secret, to be typed into an app that reads no QR code.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub(crate) secret: String,
    /// The same as apps read it.
    #[schema(
        example = "otpauth://totp/settings.example.com:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=settings.example.com"
    )]
    pub(crate) uri: String,
    /// The URI as a QR code, in SVG.
    #[schema(example = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>")]
    pub(crate) qr_code: String,
    /// Until when its first code is waited for.
    pub(crate) expires_at: DateTime<Utc>,
}

/// Begins to set an authenticator app up.
///
/// The app is told a secret, and its first code is wanted at `/v1/me/totp/verify`. Until then the present app, if there is one,
/// stays what it is.
#[utoipa::path(
    post, path = "/v1/me/totp", tag = "Me", operation_id = "addAuthenticatorApp",
    responses((status = 202, description = "What the app is told, the only time it is shown", body = NewApp))
)]
pub(crate) async fn stage(State(state): State<AppState>, sudo: Sudo) -> Result<impl IntoResponse, Problem> {
    let (account, generation) = (sudo.0.account(), sudo.generation()?);
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let holder = aggregate.holder()?;
    let email = holder.email.known().ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
    let secret = totp::generate();
    let service = state.config.public_url.host_str().unwrap_or_default();
    let told = totp::invitation(&secret, service, email.as_str())?;
    let services = state.store.services();
    let (id, at) = (services.ids.uuid(), services.now());
    let expires_at = at + code::LIFE;
    let sealed = authenticator_app::seal(state.store.records(), account, id, &secret).await?;
    let tries = limits::TRIES_OF_CODE;
    let new = NewAuthenticatorApp { id, account, sealed, generation, tries, at, expires_at };
    if !authenticator_app::stage(state.store.pool(), &new).await? {
        return Err(Problem::new(Kind::ReauthenticationRequired));
    }
    let answer = NewApp {
        secret: told.secret.expose_secret().to_owned(),
        uri: told.uri.expose_secret().to_owned(),
        qr_code: told.qr_code.expose_secret().to_owned(),
        expires_at,
    };
    let position = state.position(account, &[]).await;
    Ok((StatusCode::ACCEPTED, position, [(CACHE_CONTROL, "no-store")], Json(answer)))
}

/// The first code of an app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstCode {
    /// Six digits.
    #[schema(value_type = String, format = Password, example = "123456")]
    code: SecretString,
}

/// An authenticator app is a second factor.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct AddedApp {
    /// Codes that stand for a second factor, each once: keep them where only you find them. Null where there was a second factor
    /// before, whose codes go on.
    #[schema(example = json!(["4f7k-0011-abcd-wxyz-2345-6789"]))]
    pub(crate) recovery_codes: Option<Vec<String>>,
}

/// Verifies the app by its first code: it is a second factor then, in the place of another app.
///
/// All other sessions end: what was proved in them is less than the account asks for. Where it is the first second factor, the
/// answer holds recovery codes, the only time they are shown. The holder is told by mail, with a link that takes it back.
#[utoipa::path(
    post, path = "/v1/me/totp/verify", tag = "Me", operation_id = "verifyAuthenticatorApp", request_body = FirstCode,
    responses(
        (status = 200, description = "The app is a second factor", body = AddedApp),
        (status = 403, description = "The code is wrong, or no app waits for it any more: `wrong-code`"),
    )
)]
pub(crate) async fn verify(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
    Body(body): Body<FirstCode>,
) -> Result<impl IntoResponse, Problem> {
    let (account, key) = (current.account(), current.0.id.to_string());
    state.limit(limits::TRIES_OF_SESSION, &key).await?;
    let wrong = || Problem::new(Kind::WrongCode);
    let now = state.store.services().now();
    let waiting = authenticator_app::count_try(state.store.records(), account, now).await?;
    let app = waiting.ok_or_else(wrong)?;
    let Some(Typed::Code(code)) = code::read(&body.code) else { return Err(wrong()) };
    let step = totp::step_of(&app.secret, &code, now)?.ok_or_else(wrong)?;
    let mut extras = CommitExtras::default();
    extras.records.push(RecordWrite::ConfirmAuthenticatorApp { account, app: app.id, step });
    let (codes, holder) = FirstCodes::of(&state, account, &mut extras).await?;
    let says = |undo| MessageBody::AuthenticatorAppAdded { at: now, undo };
    state.notify_of_factor(&mut extras, &holder, Factor::AuthenticatorApp, says).await?;
    let command = AccountCommand::AddAuthenticatorApp { recovery_codes: FirstCodes::COUNT };
    let ends = (Some(current.0.id), SignOutReason::AuthenticatorAppAdded);
    let context = context.command(Actor::Account(account));
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await;
    let events = events.map_err(|problem| {
        let problem = problem.instead_of(Kind::LinkDead, Kind::WrongCode);
        problem.instead_of(Kind::ReauthenticationRequired, Kind::WrongCode)
    })?;
    state.refund(limits::TRIES_OF_SESSION, &key).await?;
    let position = state.position(account, &events).await;
    let answer = AddedApp { recovery_codes: codes.into_shown() };
    Ok((position, [(CACHE_CONTROL, "no-store")], Json(answer)))
}

/// Does without the app. All other sessions end; the recovery codes die with the last second factor.
#[utoipa::path(
    delete, path = "/v1/me/totp", tag = "Me", operation_id = "removeAuthenticatorApp",
    responses(
        (status = 204, description = "It is no second factor any more"),
        (status = 409, description = "No authenticator app is set: `no-second-factor`"),
    )
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let at = state.store.services().now();
    let says =
        |holder: &Holder| Ok(MessageBody::AuthenticatorAppRemoved { at, others_left: holder.has_others() });
    let removal = (AccountCommand::RemoveAuthenticatorApp, SignOutReason::AuthenticatorAppRemoved);
    factor_change::remove(&state, &current, context, removal, says).await
}
