//! `POST /v1/me/passkeys/options`: what a browser is asked to make a passkey.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::account::{Account, MOST_PASSKEYS};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::extract::Sudo;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// What a browser is asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewPasskeyRequest {
    /// What `PublicKeyCredential.parseCreationOptionsFromJSON` takes (W3C Web Authentication, Level 3), for
    /// `navigator.credentials.create`. It can be answered once, for five minutes.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object, example = json!({
        "rp": {"id": "settings.example.com", "name": "settings.example.com"},
        "user": {"id": "AAAA", "name": "ada@example.com", "displayName": "Ada Lovelace"},
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    }))]
    public_key: Value,
}

/// Asks for a new passkey.
///
/// The browser's answer is wanted at `/v1/me/passkeys`, in the same session. Devices that have a passkey of the account already
/// are told so.
#[utoipa::path(
    post, path = "/v1/me/passkeys/options", tag = "Me", operation_id = "askForNewPasskey",
    responses(
        (status = 200, description = "What the browser is asked", body = NewPasskeyRequest),
        (status = 409, description = "There are as many as there can be: `too-many-passkeys`; or browsers let no passkey be used at the address of this service: `passkeys-unavailable`"),
    )
)]
pub(crate) async fn ask(
    State(state): State<AppState>,
    Sudo(current): Sudo,
) -> Result<impl IntoResponse, Problem> {
    let (aggregate, _) = state.store.load::<Account>(&current.account().to_string()).await?;
    let holder = aggregate.holder()?;
    if holder.passkeys.len() >= MOST_PASSKEYS {
        return Err(Problem::new(Kind::TooManyPasskeys));
    }
    let public_key = state.ask_for_new_passkey(holder, current.0.id).await?;
    Ok(Json(NewPasskeyRequest { public_key }))
}
