//! `POST /v1/sessions`: signing in.

use axum::Json;
use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, SignOutReason};
use domain::{AccountId, EmailAddress, SessionId};
use event_store::vault::VaultWrite;
use event_store::vault::session::NewSession;
use event_store::{Actor, Attached, StoreError};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LIFE;
use crate::extract::{Body, RequestContext, SameOrigin, parsed};
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::token;

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

/// A session that began.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// What to send as `Authorization: Bearer` from now on. Browsers get it as a cookie as well.
    #[schema(example = "pss_…")]
    token: String,
    /// Whose session it is.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    account_id: AccountId,
    /// The session, as it is listed and can be ended.
    #[schema(value_type = String, example = "ses_01h455vb4pex5vsknk084sn02q")]
    session_id: SessionId,
    /// Nothing more is asked for.
    #[schema(value_type = Option<Object>)]
    second_factor: Option<()>,
    /// When the session ends however much it is used. Unused for seven days it ends before that.
    expires_at: DateTime<Utc>,
}

/// Signs in.
///
/// An unknown address and a wrong password are answered alike and take the same time, so that nobody finds
/// out who has an account.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "Sessions", operation_id = "signIn", request_body = Credentials,
    responses(
        (status = 201, description = "A session began", body = SignedIn,
            headers(("Location" = String, description = "The session"),
                ("Set-Cookie" = String, description = "The token, for browsers"))),
        (status = 401, description = "The address or the password is wrong: `wrong-credentials`"),
        (status = 403, description = "A page of another site sent this: `cross-site-request`"),
    )
)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    context: RequestContext,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Problem> {
    // Another's page must not sign a person in to an account they do not expect to be theirs.
    if SameOrigin::of(&headers, &state.own_origin) == SameOrigin::No {
        return Err(Problem::new(Kind::CrossSite));
    }
    let wrong = || Problem::new(Kind::WrongCredentials);
    let account = account_of(&state, &credentials.email).await?;
    let proved = state.prove(account, credentials.password).await?;
    let (Some(account), Some(proved)) = (account, proved) else { return Err(wrong()) };

    let services = state.store.services();
    let (session, at) = (SessionId::generate(services), services.now());
    let (token, expires_at) = (token::generate(token::Kind::Session), at + LIFE);
    let token_hash = token::hash(&token).to_vec();
    let open = VaultWrite::OpenSession(NewSession { id: session, token_hash, account, at, expires_at });
    let context = context.command(Actor::Account(account));
    let executed = state
        .execute::<Account>(
            &account.to_string(),
            AccountCommand::RecordSignIn { session_id: session },
            &context,
            Attached { vault: vec![open], ..Attached::default() },
        )
        .await?;
    // A password changed while it was being compared has ended all sessions, but not this one.
    if !state.still_holds(account, &proved).await? {
        let command =
            AccountCommand::RecordSignOut { session_id: session, reason: SignOutReason::PasswordChanged };
        let end = Attached { vault: vec![VaultWrite::EndSession(session)], ..Attached::default() };
        state.execute::<Account>(&account.to_string(), command, &context, end).await?;
        return Err(wrong());
    }
    let position = state.position(account, &executed.events).await;
    let cookie = state.cookie.set(&token, LIFE.num_seconds()).map(|cookie| (SET_COOKIE, cookie));
    let answer = SignedIn {
        token: token.expose_secret().to_owned(),
        account_id: account,
        session_id: session,
        second_factor: None,
        expires_at,
    };
    let location = [(LOCATION, format!("/v1/sessions/{session}"))];
    Ok((StatusCode::CREATED, position, location, AppendHeaders(cookie), Json(answer)).into_response())
}

async fn account_of(state: &AppState, email: &EmailAddress) -> Result<Option<AccountId>, Problem> {
    let owner = state.store.account_with(email).await?;
    let unreadable = |_| StoreError::Unreadable("the owner of an email address".to_owned());
    Ok(owner.map(|id| id.parse().map_err(unreadable)).transpose()?)
}
