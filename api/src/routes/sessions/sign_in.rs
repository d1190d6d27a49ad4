//! `POST /v1/sessions`: signing in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::account::{Account, Holder};
use domain::{AccountId, Actor, EmailAddress};
use event_store::records::one_time_code::Purpose;
use event_store::{CommandContext, CommitExtras, StoreError};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::new_session::{Opening, ProvedBy, SignedIn};
use crate::authentication::SignInTry;
use crate::authentication::VerifiedPassword;
use crate::authentication::{CodePayer, Question};
use crate::extract::{Body, RequestContext, SignInClient, parsed};
use crate::problem::{About, Kind, Problem};
use crate::security_log::SecurityEvent;
use crate::state::AppState;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The sign-in address.
    #[schema(value_type = String, format = Email, example = "ada@example.com")]
    #[serde(deserialize_with = "parsed")]
    email: EmailAddress,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Signs in.
///
/// Where the account has a second factor no session begins yet: `second_factor` says which count, and one is wanted at
/// `/v1/sessions/second-factor`. Where only a phone is set a code is sent at once, otherwise when it is asked for at
/// `/v1/sessions/second-factor/code`. A passkey is shown at `/v1/sessions/passkey`, and needs no password. An unknown address and a wrong password are answered alike and take the same time,
/// so that nobody finds out who has an account.
///
/// A browser's session from before ends, and at the hundredth session of an account the one used least recently.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "Sessions", operation_id = "signIn", request_body = Credentials,
    responses(
        (status = 201, description = "A session began, or a second factor is wanted", body = SignedIn,
            headers(("Location" = String, description = "The session"),
                ("Set-Cookie" = String, description = "The token, for browsers"))),
        (status = 401, description = "The address or the password is wrong: `wrong-credentials`"),
        (status = 403, description = "A page of another site sent this: `cross-site-request`"),
    )
)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    client: SignInClient,
    context: RequestContext,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Problem> {
    let owner = owner_of(&state, &credentials.email).await?;
    let tried = SignInTry::count(&state, &credentials.email, owner, context.visitor()).await?;
    let holder = holder_with(&state, owner, &credentials.email).await?;
    let account = holder.as_ref().map(|holder| holder.account_id);
    let proved = state.verify_password(account, credentials.password).await?;
    let (Some(holder), Some(proved)) = (holder, proved) else {
        return Err(Problem::new(Kind::WrongCredentials).about(account));
    };
    tried.refund(&state).await?;
    let command = context.command(Actor::Account(holder.account_id));
    if holder.has_second_factor() {
        let payer = tried.place().map_or(CodePayer::Stranger, CodePayer::Place);
        ask(&state, &holder, payer, proved, &command).await
    } else {
        open(&state, &holder, proved, (&client, &context), &command).await
    }
}

async fn ask(
    state: &AppState,
    holder: &Holder,
    payer: CodePayer<'_>,
    proved: VerifiedPassword,
    context: &CommandContext,
) -> Result<Response, Problem> {
    let mut extras = CommitExtras::default();
    let (account, generation) = (holder.account_id, proved.generation);
    let question = Question { account, generation, purpose: Purpose::SignIn, subject: "" };
    let asked = state.ask_second_step(&mut extras, payer, (holder, question), false).await?;
    let executed = state.execute::<Account>(&account.to_string(), asked.record(), context, extras).await;
    let executed = executed.map_err(unless_changed)?;
    let position = state.position(account, &executed.events).await;
    let told = (Extension(SecurityEvent::FactorWanted), Extension(About(account)));
    Ok((StatusCode::CREATED, told, position, Json(SignedIn::wanting(asked))).into_response())
}

async fn open(
    state: &AppState,
    holder: &Holder,
    proved: VerifiedPassword,
    from: (&SignInClient, &RequestContext),
    command: &CommandContext,
) -> Result<Response, Problem> {
    let (account, mut extras) = (holder.account_id, CommitExtras::default());
    let by_password = ProvedBy::password(proved.generation);
    let opening = Opening::attach(state, account, by_password, from, &mut extras).await?;
    let done = state
        .store
        .transact(command, async |mut unit| {
            let mut extras = extras.clone();
            let account = opening.record(state, &mut unit, &mut extras).await?;
            // A second factor was added while the password was compared.
            if account.holder()?.has_second_factor() {
                return Err(Problem::new(Kind::ReauthenticationRequired));
            }
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await;
    let done = done.map_err(|error| unless_changed(error.into()))?;
    let position = state.position(account, &done.events).await;
    Ok(opening.into_answer(state, position, holder.preferences.personalization))
}

/// A password that was changed while it was compared was wrong.
fn unless_changed(problem: Problem) -> Problem {
    problem.instead_of(Kind::ReauthenticationRequired, Kind::WrongCredentials)
}

/// The account that an address belongs to, if only because it may go back to it.
async fn owner_of(state: &AppState, email: &EmailAddress) -> Result<Option<AccountId>, Problem> {
    let owner = state.store.account_with(email).await?;
    let unreadable = |_| StoreError::Unreadable("the owner of an email address".to_owned());
    Ok(owner.map(|id| id.parse().map_err(unreadable)).transpose()?)
}

/// The account that signs in with this address now. For an address that no account has the same is read as
/// for an account's.
async fn holder_with(
    state: &AppState,
    account: Option<AccountId>,
    email: &EmailAddress,
) -> Result<Option<Holder>, Problem> {
    let id = account.unwrap_or_else(|| AccountId::from_uuid(Uuid::nil()));
    let (aggregate, _) = state.store.load::<Account>(&id.to_string()).await?;
    // An address that the account may go back to is reserved, but does not sign in.
    let holds = |holder: &Holder| {
        holder.email.known().is_some_and(|present| present.canonical() == email.canonical())
    };
    Ok(aggregate.holder.filter(holds))
}
