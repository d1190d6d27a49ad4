//! `POST /v1/sessions/reauthenticate`: giving the password again, for the routes that want it fresh.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse};
use axum::{Extension, Json};
use domain::Actor;
use domain::account::{Account, AccountCommand, Holder};
use domain::authentication::Factors;
use event_store::records::RecordWrite;
use event_store::records::one_time_code::{Purpose, Which};
use event_store::records::session::Elevation;
use event_store::{CommandContext, CommitExtras};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authentication::VerifiedPassword;
use crate::authentication::{Answered, CodePayer, Question, phone_of};
use crate::extract::{Body, CurrentSession, RequestContext, bearer};
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::security_log::SecurityEvent;
use crate::state::AppState;
use crate::token;

/// The password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reauthentication {
    /// The password of the account.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The code that was sent, where the account has a second factor; or one of the recovery codes.
    #[schema(value_type = Option<String>, format = Password, example = "123456")]
    code: Option<SecretString>,
}

/// The session goes on with another token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reauthenticated {
    /// What to send as `Authorization: Bearer` from now on: the token from before opens nothing any more. Null for a session
    /// that was shown by its cookie: it has the new token there alone.
    #[schema(example = "pss_…")]
    token: Option<String>,
}

/// Gives the password again.
///
/// For ten minutes this session may then use the routes that ask for it. Where the account has a second factor, the
/// first call sends a code and is refused with `second-factor-required`; the second gives both. A wrong password is no
/// 401: the session lives on.
#[utoipa::path(
    post, path = "/v1/sessions/reauthenticate", tag = "Sessions", operation_id = "reauthenticate",
    request_body = Reauthentication,
    responses(
        (status = 200, description = "The password counts as given; the session has another token", body = Reauthenticated,
            headers(("Set-Cookie" = String, description = "The token, for browsers"))),
        (status = 403, description = "The password is wrong: `wrong-password`; a code is wanted as well, and was sent: `second-factor-required`; it is wrong: `wrong-code`"),
    )
)]
pub(crate) async fn reauthenticate(
    State(state): State<AppState>,
    current: CurrentSession,
    headers: HeaderMap,
    context: RequestContext,
    Body(body): Body<Reauthentication>,
) -> Result<impl IntoResponse, Problem> {
    let (account, session) = (current.account(), current.0.id);
    let key = session.to_string();
    state.limit(limits::TRIES_OF_SESSION, &key).await?;
    let proved = state.verify_password(Some(account), body.password).await?;
    let VerifiedPassword { generation } = proved.ok_or_else(|| Problem::new(Kind::WrongPassword))?;
    let id = account.to_string();
    let (aggregate, _) = state.store.load::<Account>(&id).await?;
    let mut extras = CommitExtras::default();
    let command = context.command(Actor::Account(account));
    let holder = aggregate.holder()?;
    let subject = session.to_string();
    let question = Question { account, generation, purpose: Purpose::Reauthenticate, subject: &subject };
    let asking = (question, CodePayer::Session(session));
    let answered = second_step(&state, asking, holder, body.code, &command, &mut extras).await?;
    state.refund(limits::TRIES_OF_SESSION, &key).await?;
    if let Some(answered) = &answered {
        state.notify_of_recovery_code(&mut extras, &aggregate, answered).await?;
    }
    let (token, at) = (token::generate(token::Kind::Session), state.store.services().now());
    let token_hash = token::hash(&token).to_vec();
    let factors = answered.iter().fold(Factors::PASSWORD, |factors, answered| factors.and(answered.factor));
    let elevation = Elevation { session, account, generation, factors, at, token_hash };
    extras.records.push(RecordWrite::RotateSessionToken(elevation));
    let done = state
        .store
        .transact(&command, async |mut unit| {
            if answered.as_ref().is_some_and(Answered::by_recovery_code) {
                unit.execute::<Account>(&id, AccountCommand::RecordRecoveryCodeUsed).await?;
            }
            let record = AccountCommand::RecordReauthentication { session_id: session };
            unit.execute::<Account>(&id, record).await?;
            Ok::<_, Problem>((unit, extras.clone(), ()))
        })
        .await;
    let done = done.map_err(|error| Problem::from(error).instead_of(Kind::LinkDead, Kind::WrongCode))?;
    let position = state.position(account, &done.events).await;
    let left = (current.0.expires_at - at).num_seconds();
    let cookie = state.cookie.set(&token, left).map(|cookie| (SET_COOKIE, cookie));
    // It goes back the way the one from before came.
    let token = bearer(&headers).map(|_| token.expose_secret().to_owned());
    let answer = Reauthenticated { token };
    Ok((Extension(SecurityEvent::SudoOk), position, AppendHeaders(cookie), Json(answer)))
}

/// The code, where the account has a second factor. Without one it is sent, and wanted.
async fn second_step(
    state: &AppState,
    (question, payer): (Question<'_>, CodePayer<'_>),
    holder: &Holder,
    code: Option<SecretString>,
    context: &CommandContext,
    extras: &mut CommitExtras,
) -> Result<Option<Answered>, Problem> {
    let Some(phone) = phone_of(holder)? else { return Ok(None) };
    let account = question.account;
    let Some(code) = code else {
        let mut sending = CommitExtras::default();
        let asked = state.ask_code(&mut sending, payer, phone, question).await?;
        let record = AccountCommand::RecordSecondFactorAsked {
            challenge_id: asked.challenge_id,
            channel: asked.channel,
        };
        state.execute::<Account>(&account.to_string(), record, context, sending).await?;
        return Err(Problem::new(Kind::SecondFactorRequired).with_second_factor(asked));
    };
    let which = Which::About(account, question.subject);
    state.check_code(Purpose::Reauthenticate, which, &code, extras).await.map(Some)
}
