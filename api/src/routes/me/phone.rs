//! `PUT`, `POST …/verify` and `DELETE /v1/me/two-factor-phone`: the phone as a second factor.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use domain::account::{
    Account, AccountCommand, Channel, Holder, RECOVERY_CODES, SecondFactor as Factor, SignOutReason,
};
use domain::message::MessageBody;
use domain::{Actor, PhoneNumber};
use event_store::CommitExtras;
use event_store::records::one_time_code::{Purpose, Which};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::factor_change;
use super::recovery_codes::{self, RecoveryCodes};
use super::sessions;
use crate::authentication::{CodePayer, Question};
use crate::extract::{Body, CurrentSession, RequestContext, Sudo, parsed, word};
use crate::limits;
use crate::problem::{Kind, Problem, SecondFactor};
use crate::schemas;
use crate::state::AppState;

/// What a new phone is asked about.
const SUBJECT: &str = "";

/// The phone that shall receive codes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPhone {
    /// Its number, in international form (ITU-T E.164).
    #[schema(value_type = String, example = "+14155550123")]
    #[serde(deserialize_with = "parsed")]
    number: PhoneNumber,
    /// How codes shall come: `sms` or `call`.
    #[schema(value_type = schemas::Channel)]
    #[serde(deserialize_with = "word")]
    channel: Channel,
}

/// Gives a phone for the second factor.
///
/// A code is sent there, and wanted at `/v1/me/two-factor-phone/verify`. Until then the present phone, if there is one,
/// stays what it is.
#[utoipa::path(
    put, path = "/v1/me/two-factor-phone", tag = "Me", operation_id = "changePhone", request_body = NewPhone,
    responses((status = 202, description = "A code is on its way", body = SecondFactor))
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    sudo: Sudo,
    context: RequestContext,
    Body(body): Body<NewPhone>,
) -> Result<impl IntoResponse, Problem> {
    let (account, generation) = (sudo.0.account(), sudo.generation()?);
    let mut extras = CommitExtras::default();
    let phone = (&body.number, body.channel);
    let question = Question { account, generation, purpose: Purpose::Phone, subject: SUBJECT };
    let asked = state.ask_code(&mut extras, CodePayer::Account, phone, question).await?;
    let command = AccountCommand::RequestPhoneChange {
        challenge_id: asked.challenge_id,
        number: body.number.clone(),
        channel: body.channel,
    };
    let context = context.command(Actor::Account(account));
    let executed = state.execute::<Account>(&account.to_string(), command, &context, extras).await?;
    Ok((StatusCode::ACCEPTED, state.position(account, &executed.events).await, Json(asked)))
}

/// The code that was sent to the new phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneCode {
    /// Six digits.
    #[schema(value_type = String, format = Password, example = "123456")]
    code: SecretString,
}

/// Verifies the new phone: it is a second factor then.
///
/// All other sessions end: what was proved in them is less than the account asks for, or something else. The answer
/// holds recovery codes, the only time they are shown. Each stands once for the phone.
#[utoipa::path(
    post, path = "/v1/me/two-factor-phone/verify", tag = "Me", operation_id = "verifyPhone", request_body = PhoneCode,
    responses(
        (status = 200, description = "The phone is the second factor", body = RecoveryCodes),
        (status = 403, description = "The code is wrong, used up, or too old: `wrong-code`"),
    )
)]
pub(crate) async fn verify(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
    Body(body): Body<PhoneCode>,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    state.limit(limits::TRIES_OF_SESSION, &current.0.id.to_string()).await?;
    let mut extras = CommitExtras::default();
    let which = Which::About(account, SUBJECT);
    let answered = state.check_code(Purpose::Phone, which, &body.code, &mut extras).await?;
    let codes = recovery_codes::make(&state, account, &mut extras).await?;
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let holder = aggregate.holder()?;
    if let Some(number) = holder.phone_change.as_ref().and_then(|phone| phone.number.known()) {
        let (at, phone) = (state.store.services().now(), number.masked());
        let says = |undo| MessageBody::PhoneVerified { at, phone: phone.clone(), undo: Some(undo) };
        state.notify_of_factor(&mut extras, holder, Factor::Phone, says).await?;
    }
    let command =
        AccountCommand::VerifyPhone { challenge_id: answered.challenge_id, recovery_codes: RECOVERY_CODES };
    let context = context.command(Actor::Account(account));
    let ends = (Some(current.0.id), SignOutReason::PhoneVerified);
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await;
    let events = events.map_err(|problem| problem.instead_of(Kind::LinkDead, Kind::WrongCode))?;
    state.refund(limits::TRIES_OF_SESSION, &current.0.id.to_string()).await?;
    let position = state.position(account, &events).await;
    Ok((position, [(CACHE_CONTROL, "no-store")], Json(codes)))
}

/// Does without the phone. All other sessions end; the recovery codes die with the last second factor.
#[utoipa::path(
    delete, path = "/v1/me/two-factor-phone", tag = "Me", operation_id = "removePhone",
    responses(
        (status = 204, description = "It is no second factor any more"),
        (status = 409, description = "No phone is set: `no-second-factor`"),
    )
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let at = state.store.services().now();
    let says = |holder: &Holder| Ok(MessageBody::PhoneRemoved { at, others_left: holder.has_others() });
    let removal = (AccountCommand::RemovePhone, SignOutReason::PhoneRemoved);
    factor_change::remove(&state, &current, context, removal, says).await
}
