//! `POST /v1/sessions/second-factor`: the second step of signing in; and `POST /v1/sessions/second-factor/code`: having a code
//! sent for it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::account::{Account, AccountCommand};
use domain::{Actor, ChallengeId};
use event_store::CommitExtras;
use event_store::records::one_time_code::{self, Purpose, Which};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::new_session::{Opening, ProvedBy, SignedIn};
use crate::authentication::CodePayer;
use crate::extract::{Body, RequestContext, SignInClient, parsed};
use crate::limits;
use crate::problem::{Kind, Problem, SecondFactor};
use crate::state::AppState;

/// The answer to the question that signing in asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondStep {
    /// The question.
    #[schema(value_type = String, example = "chl_01h455vb4pex5vsknk084sn02q")]
    #[serde(deserialize_with = "parsed")]
    challenge_id: ChallengeId,
    /// The code of the app or from the phone, or one of the recovery codes.
    #[schema(value_type = String, format = Password, example = "123456")]
    code: SecretString,
}

/// Answers the second step of signing in.
///
/// The question can be answered for ten minutes, once, and may be tried five times. A code that was sent works for this
/// signing in alone; one of an authenticator app works once.
#[utoipa::path(
    post, path = "/v1/sessions/second-factor", tag = "Sessions", operation_id = "signInSecondStep", request_body = SecondStep,
    responses(
        (status = 201, description = "A session began", body = SignedIn,
            headers(("Location" = String, description = "The session"),
                ("Set-Cookie" = String, description = "The token, for browsers"))),
        (status = 403, description = "The code is wrong, used up, or too old: `wrong-code`; or a page of another site sent this: `cross-site-request`"),
    )
)]
pub(crate) async fn second_step(
    State(state): State<AppState>,
    client: SignInClient,
    context: RequestContext,
    Body(body): Body<SecondStep>,
) -> Result<Response, Problem> {
    let network = context.network();
    state.limit(limits::TRIES_OF_ADDRESS, &network).await?;
    let mut extras = CommitExtras::default();
    let which = Which::Id(body.challenge_id);
    let answered = state.check_code(Purpose::SignIn, which, &body.code, &mut extras).await?;
    state.refund(limits::TRIES_OF_ADDRESS, &network).await?;
    let account = answered.account;
    let id = account.to_string();
    let (aggregate, _) = state.store.load::<Account>(&id).await?;
    let proved = ProvedBy::both(&answered);
    let opening = Opening::attach(&state, account, proved, (&client, &context), &mut extras).await?;
    state.notify_of_recovery_code(&mut extras, &aggregate, &answered).await?;
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            if answered.by_recovery_code() {
                unit.execute::<Account>(&id, AccountCommand::RecordRecoveryCodeUsed).await?;
            }
            let mut extras = extras.clone();
            let account = opening.record(&state, &mut unit, &mut extras).await?;
            Ok::<_, Problem>((unit, extras, account))
        })
        .await;
    // It was used a moment before, or what it rests on was changed.
    let done = done.map_err(|error| {
        let problem = Problem::from(error).instead_of(Kind::LinkDead, Kind::WrongCode);
        problem.instead_of(Kind::ReauthenticationRequired, Kind::WrongCode)
    })?;
    let personalized = done.answer.holder()?.preferences.personalization;
    let position = state.position(account, &done.events).await;
    Ok(opening.into_answer(&state, position, personalized))
}

/// A question that signing in asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeWanted {
    /// The question.
    #[schema(value_type = String, example = "chl_01h455vb4pex5vsknk084sn02q")]
    #[serde(deserialize_with = "parsed")]
    challenge_id: ChallengeId,
}

/// Has a code sent to the phone, for the second step of signing in.
///
/// For accounts that have other second factors beside the phone: with these no code is sent by itself. A code that was sent
/// before for the same question no longer works.
#[utoipa::path(
    post, path = "/v1/sessions/second-factor/code", tag = "Sessions", operation_id = "sendSignInCode",
    request_body = CodeWanted,
    responses(
        (status = 202, description = "A code is on its way", body = SecondFactor),
        (status = 403, description = "The question was answered, or is too old: `wrong-code`"),
        (status = 409, description = "No phone is set: `no-second-factor`"),
    )
)]
pub(crate) async fn send_code(
    State(state): State<AppState>,
    context: RequestContext,
    Body(CodeWanted { challenge_id }): Body<CodeWanted>,
) -> Result<impl IntoResponse, Problem> {
    let network = context.network();
    state.limit(limits::TRIES_OF_ADDRESS, &network).await?;
    let now = state.store.services().now();
    let asked = one_time_code::find(state.store.pool(), Purpose::SignIn, challenge_id, now).await?;
    let asked = asked.ok_or_else(|| Problem::new(Kind::WrongCode))?;
    state.refund(limits::TRIES_OF_ADDRESS, &network).await?;
    let id = asked.account.to_string();
    let (aggregate, _) = state.store.load::<Account>(&id).await?;
    let place = state.familiar_place(Some(asked.account), context.visitor()).await?;
    let payer = place.as_ref().map_or(CodePayer::Stranger, CodePayer::Place);
    let mut extras = CommitExtras::default();
    let sent = state.send_code_for(&mut extras, payer, aggregate.holder()?, &asked).await?;
    let command = context.command(Actor::Account(asked.account));
    let executed = state.execute::<Account>(&id, sent.record(), &command, extras).await;
    let executed = executed.map_err(|problem| {
        let problem = problem.instead_of(Kind::LinkDead, Kind::WrongCode);
        problem.instead_of(Kind::ReauthenticationRequired, Kind::WrongCode)
    })?;
    let position = state.position(asked.account, &executed.events).await;
    Ok((StatusCode::ACCEPTED, position, Json(sent)))
}
