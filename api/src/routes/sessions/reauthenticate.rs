//! `POST /v1/sessions/reauthenticate`: giving the password again, or showing a passkey, for the routes that want it fresh.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse};
use axum::{Extension, Json};
use domain::account::{Account, AccountCommand, Holder};
use domain::authentication::{Factor, Factors};
use domain::{AccountId, Actor, PasskeyId, SessionId};
use event_store::records::RecordWrite;
use event_store::records::one_time_code::{Purpose, Which};
use event_store::records::session::Elevation;
use event_store::{CommandContext, CommitExtras};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::authentication::VerifiedPassword;
use crate::authentication::{Answered, CodePayer, Question};
use crate::extract::{Body, CurrentSession, RequestContext, bearer};
use crate::limits;
use crate::problem::{InputError, Kind, Problem};
use crate::security_log::SecurityEvent;
use crate::state::AppState;
use crate::token;

/// The password, once more; or a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reauthentication {
    /// The password of the account. It is wanted where no passkey is shown.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
    /// The code of the app or from the phone, where the account has a second factor; or one of the recovery codes.
    #[schema(value_type = Option<String>, format = Password, example = "123456")]
    code: Option<SecretString>,
    /// That a code shall be sent to the phone, where there are other second factors beside it.
    #[serde(default)]
    send_code: bool,
    /// A passkey, in the place of all others: what `navigator.credentials.get` returned, by its `toJSON`, for the options of
    /// `/v1/sessions/reauthenticate/options`.
    #[schema(value_type = Option<Object>)]
    credential: Option<Map<String, Value>>,
}

/// The session goes on with another token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reauthenticated {
    /// What to send as `Authorization: Bearer` from now on: the token from before opens nothing any more. Null for a session
    /// that was shown by its cookie: it has the new token there alone.
    #[schema(example = "pss_…")]
    token: Option<String>,
}

/// What was proved once more.
struct Proof {
    generation: i64,
    factors: Factors,
    answered: Option<Answered>,
    passkey_id: Option<PasskeyId>,
}

/// Gives the password again, or shows a passkey.
///
/// For ten minutes this session may then use the routes that ask for it. Where the account has a second factor, the
/// first call with the password is refused with `second-factor-required`, which says what can be given; the second gives
/// both. Where only a phone is set the first call sends a code, otherwise one with `send_code` does. A passkey is enough by
/// itself. A wrong password is no 401: the session lives on.
#[utoipa::path(
    post, path = "/v1/sessions/reauthenticate", tag = "Sessions", operation_id = "reauthenticate",
    request_body = Reauthentication,
    responses(
        (status = 200, description = "The proof counts as given; the session has another token", body = Reauthenticated,
            headers(("Set-Cookie" = String, description = "The token, for browsers"))),
        (status = 403, description = "The password is wrong: `wrong-password`; a second factor is wanted as well: `second-factor-required`; it is wrong: `wrong-code`; the passkey is another's, or its answer is wrong, used up, or too old: `wrong-passkey`"),
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
    let id = account.to_string();
    let mut extras = CommitExtras::default();
    let command = context.command(Actor::Account(account));
    let proof = prove(&state, (account, session), body, &command, &mut extras).await?;
    state.refund(limits::TRIES_OF_SESSION, &key).await?;
    if let Some(answered) = &proof.answered {
        let (aggregate, _) = state.store.load::<Account>(&id).await?;
        state.notify_of_recovery_code(&mut extras, &aggregate, answered).await?;
    }
    let (token, at) = (token::generate(token::Kind::Session), state.store.services().now());
    let token_hash = token::hash(&token).to_vec();
    let Proof { generation, factors, answered, passkey_id } = proof;
    let elevation = Elevation { session, account, generation, factors, at, token_hash };
    extras.records.push(RecordWrite::RotateSessionToken(elevation));
    let done = state
        .store
        .transact(&command, async |mut unit| {
            if answered.as_ref().is_some_and(Answered::by_recovery_code) {
                unit.execute::<Account>(&id, AccountCommand::RecordRecoveryCodeUsed).await?;
            }
            let record = AccountCommand::RecordReauthentication { session_id: session, passkey_id };
            unit.execute::<Account>(&id, record).await?;
            Ok::<_, Problem>((unit, extras.clone(), ()))
        })
        .await;
    let used = if passkey_id.is_some() { Kind::WrongPasskey } else { Kind::WrongCode };
    let done = done.map_err(|error| Problem::from(error).instead_of(Kind::LinkDead, used))?;
    let position = state.position(account, &done.events).await;
    let left = (current.0.expires_at - at).num_seconds();
    let cookie = state.cookie.set(&token, left).map(|cookie| (SET_COOKIE, cookie));
    // It goes back the way the one from before came.
    let token = bearer(&headers).map(|_| token.expose_secret().to_owned());
    let answer = Reauthenticated { token };
    Ok((Extension(SecurityEvent::SudoOk), position, AppendHeaders(cookie), Json(answer)))
}

/// What is given proves that it is still the holder who acts in the session.
async fn prove(
    state: &AppState,
    (account, session): (AccountId, SessionId),
    body: Reauthentication,
    context: &CommandContext,
    extras: &mut CommitExtras,
) -> Result<Proof, Problem> {
    let Reauthentication { password, code, send_code, credential } = body;
    match (password, credential) {
        (None, Some(credential)) if code.is_none() && !send_code => {
            by_passkey(state, (account, session), &credential, extras).await
        }
        (Some(password), None) => {
            let proved = state.verify_password(Some(account), password).await?;
            let VerifiedPassword { generation } = proved.ok_or_else(|| Problem::new(Kind::WrongPassword))?;
            // After the generation: a factor that is added between the two makes it the older.
            let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
            let subject = session.to_string();
            let purpose = Purpose::Reauthenticate;
            let question = Question { account, generation, purpose, subject: &subject };
            let asking = (question, CodePayer::Session(session));
            let given = (code, send_code);
            let answered = second_step(state, asking, aggregate.holder()?, given, context, extras).await?;
            let factors =
                answered.iter().fold(Factors::PASSWORD, |factors, answered| factors.and(answered.factor));
            Ok(Proof { generation, factors, answered, passkey_id: None })
        }
        (None, None) => Err(Problem::invalid(vec![InputError::at(
            "/password",
            "give the password, or a passkey as `credential`",
        )])),
        (Some(_), Some(_)) | (None, Some(_)) => Err(Problem::invalid(vec![InputError::at(
            "/credential",
            "a passkey is enough by itself: leave out `password`, `code` and `send_code`",
        )])),
    }
}

async fn by_passkey(
    state: &AppState,
    asked_in: (AccountId, SessionId),
    credential: &Map<String, Value>,
    extras: &mut CommitExtras,
) -> Result<Proof, Problem> {
    let shown = state.verify_passkey(Some(asked_in), credential, extras).await?;
    let factors = Factors::default().and(Factor::Passkey);
    Ok(Proof { generation: shown.generation, factors, answered: None, passkey_id: Some(shown.id) })
}

/// The second factor, where the account has one. Without a code it is asked for, and wanted.
async fn second_step(
    state: &AppState,
    (question, payer): (Question<'_>, CodePayer<'_>),
    holder: &Holder,
    (code, wants_code): (Option<SecretString>, bool),
    context: &CommandContext,
    extras: &mut CommitExtras,
) -> Result<Option<Answered>, Problem> {
    if !holder.has_second_factor() {
        return Ok(None);
    }
    let account = question.account;
    let Some(code) = code else {
        let mut asking = CommitExtras::default();
        let asked = state.ask_second_step(&mut asking, payer, (holder, question), wants_code).await?;
        state.execute::<Account>(&account.to_string(), asked.record(), context, asking).await?;
        return Err(Problem::new(Kind::SecondFactorRequired).with_second_factor(asked));
    };
    let which = Which::About(account, question.subject);
    state.check_code(Purpose::Reauthenticate, which, &code, extras).await.map(Some)
}
