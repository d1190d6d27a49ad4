//! `POST /v1/sessions/passkey/options` and `POST /v1/sessions/passkey`: signing in with a passkey; and
//! `POST /v1/sessions/reauthenticate/options`: what is asked of one in a session.
//!
//! A passkey tells itself whose it is, so nothing is asked of a person but to touch the device. It is two factors in one: the
//! device, and what the device verified of the person.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Actor;
use event_store::CommitExtras;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::new_session::{Opening, ProvedBy, SignedIn};
use crate::extract::{Body, CurrentSession, RequestContext, SignInClient};
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// What a browser is asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyRequest {
    /// What `PublicKeyCredential.parseRequestOptionsFromJSON` takes (W3C Web Authentication, Level 3), for
    /// `navigator.credentials.get`. It can be answered once, for five minutes.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object, example = json!({
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA", "rpId": "settings.example.com", "userVerification": "required",
    }))]
    public_key: Value,
}

/// A passkey that is shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeySignIn {
    /// What `navigator.credentials.get` returned, by its `toJSON`.
    #[schema(value_type = Object, example = json!({
        "id": "AAAAAAAAAAAAAAAAAAAAAA", "rawId": "AAAAAAAAAAAAAAAAAAAAAA", "type": "public-key",
        "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"},
        "clientExtensionResults": {},
    }))]
    credential: Map<String, Value>,
}

/// Asks for a passkey, to sign in with.
///
/// Whose it is the passkey tells: nobody is named, and for everybody the same is asked.
#[utoipa::path(
    post, path = "/v1/sessions/passkey/options", tag = "Sessions", operation_id = "askForPasskey",
    responses(
        (status = 200, description = "What the browser is asked", body = PasskeyRequest),
        (status = 409, description = "Browsers let no passkey be used at the address of this service: `passkeys-unavailable`"),
    )
)]
pub(crate) async fn ask(
    State(state): State<AppState>,
    _client: SignInClient,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    state.limit(limits::TRIES_OF_ADDRESS, &context.network()).await?;
    Ok(Json(PasskeyRequest { public_key: state.ask_for_passkey(None).await? }))
}

/// Signs in with a passkey.
///
/// No password is wanted, and no second step: the device has verified the person. A browser's session from before ends, and at
/// the hundredth session of an account the one used least recently.
#[utoipa::path(
    post, path = "/v1/sessions/passkey", tag = "Sessions", operation_id = "signInWithPasskey", request_body = PasskeySignIn,
    responses(
        (status = 201, description = "A session began", body = SignedIn,
            headers(("Location" = String, description = "The session"),
                ("Set-Cookie" = String, description = "The token, for browsers"))),
        (status = 403, description = "The passkey is not known, or its answer is wrong, used up, or too old: `wrong-passkey`; or a page of another site sent this: `cross-site-request`"),
        (status = 409, description = "Browsers let no passkey be used at the address of this service: `passkeys-unavailable`"),
    )
)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    client: SignInClient,
    context: RequestContext,
    Body(body): Body<PasskeySignIn>,
) -> Result<Response, Problem> {
    let network = context.network();
    state.limit(limits::TRIES_OF_ADDRESS, &network).await?;
    let mut extras = CommitExtras::default();
    let shown = state.verify_passkey(None, &body.credential, &mut extras).await?;
    state.refund(limits::TRIES_OF_ADDRESS, &network).await?;
    let account = shown.account;
    let from = (&client, &context);
    let opening = Opening::attach(&state, account, ProvedBy::passkey(shown), from, &mut extras).await?;
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let mut extras = extras.clone();
            let account = opening.record(&state, &mut unit, &mut extras).await?;
            Ok::<_, Problem>((unit, extras, account))
        })
        .await;
    // It was removed or used a moment before, or what it rests on was changed.
    let done = done.map_err(|error| {
        let problem = Problem::from(error).instead_of(Kind::LinkDead, Kind::WrongPasskey);
        problem.instead_of(Kind::ReauthenticationRequired, Kind::WrongPasskey)
    })?;
    let personalized = done.answer.holder()?.preferences.personalization;
    let position = state.position(account, &done.events).await;
    Ok(opening.into_answer(&state, position, personalized))
}

/// Asks in a session for a passkey of its account, for `/v1/sessions/reauthenticate`.
#[utoipa::path(
    post, path = "/v1/sessions/reauthenticate/options", tag = "Sessions", operation_id = "askForPasskeyInSession",
    responses(
        (status = 200, description = "What the browser is asked", body = PasskeyRequest),
        (status = 409, description = "Browsers let no passkey be used at the address of this service: `passkeys-unavailable`"),
    )
)]
pub(crate) async fn ask_in_session(
    State(state): State<AppState>,
    current: CurrentSession,
) -> Result<impl IntoResponse, Problem> {
    state.limit(limits::QUESTIONS, &current.0.id.to_string()).await?;
    let asked_in = Some((current.account(), current.0.id));
    Ok(Json(PasskeyRequest { public_key: state.ask_for_passkey(asked_in).await? }))
}
