//! `POST /v1/me/passkeys`: another passkey.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::{AccountCommand, SecondFactor, SignOutReason};
use domain::message::MessageBody;
use domain::{Actor, PasskeyId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::passkey::{self, NewPasskey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::extract::{Body, RequestContext, Sudo};
use crate::names;
use crate::problem::{Kind, Problem};
use crate::routes::me::factor_change::FirstCodes;
use crate::routes::me::sessions;
use crate::state::AppState;

/// A passkey that was made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MadePasskey {
    /// What the holder calls it.
    #[schema(min_length = 1, max_length = 200, example = "The blue key")]
    name: String,
    /// What `navigator.credentials.create` returned, by its `toJSON`.
    #[schema(value_type = Object, example = json!({
        "id": "AAAAAAAAAAAAAAAAAAAAAA", "rawId": "AAAAAAAAAAAAAAAAAAAAAA", "type": "public-key",
        "response": {"clientDataJSON": "e30", "attestationObject": "oA", "transports": ["internal"]},
        "clientExtensionResults": {},
    }))]
    credential: Map<String, Value>,
}

/// A passkey that was added.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct AddedPasskey {
    /// Its id.
    #[schema(value_type = String, example = "pky_01h455vb4pex5vsknk084sn02q")]
    id: PasskeyId,
    /// What the holder calls it.
    #[schema(example = "The blue key")]
    name: String,
    /// When it was added.
    made_at: DateTime<Utc>,
    /// Codes that stand for a second factor, each once: keep them where only you find them. Null where there was a second factor
    /// before, whose codes go on.
    #[schema(example = json!(["4f7k-0011-abcd-wxyz-2345-6789"]))]
    pub(crate) recovery_codes: Option<Vec<String>>,
}

/// Adds a passkey: it signs in without a password, and is a second factor beside one.
///
/// All other sessions end: what was proved in them is less than the account asks for. Where it is the first second factor, the
/// answer holds recovery codes, the only time they are shown. The holder is told by mail, with a link that takes it back.
#[utoipa::path(
    post, path = "/v1/me/passkeys", tag = "Me", operation_id = "addPasskey", request_body = MadePasskey,
    responses(
        (status = 201, description = "The passkey", body = AddedPasskey,
            headers(("Location" = String, description = "The passkey"))),
        (status = 403, description = "Its answer is wrong, used up, or too old: `wrong-passkey`"),
        (status = 409, description = "It is known already: `passkey-known`; there are as many as there can be: `too-many-passkeys`; or browsers let no passkey be used at the address of this service: `passkeys-unavailable`"),
    )
)]
pub(crate) async fn add(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
    Body(body): Body<MadePasskey>,
) -> Result<impl IntoResponse, Problem> {
    let name = names::check(&body.name, "/name").map_err(|error| Problem::invalid(vec![error]))?;
    let (account, session) = (current.account(), current.0.id);
    let made = state.verify_new_passkey((account, session), &body.credential).await?;
    let (services, records) = (state.store.services(), state.store.records());
    let (id, at) = (PasskeyId::generate(services), services.now());
    let lookup = passkey::lookup(records, made.credential.id()).await?;
    let sealed = passkey::seal(records, account, id, &made.credential.to_bytes()).await?;
    let mut extras = CommitExtras::default();
    extras.records.push(RecordWrite::PutPasskey(NewPasskey {
        id,
        account,
        lookup,
        sealed,
        state: made.state,
        at,
    }));
    let (codes, holder) = FirstCodes::of(&state, account, &mut extras).await?;
    let says = |undo| MessageBody::PasskeyAdded { at, name: name.clone(), undo };
    state.notify_of_factor(&mut extras, &holder, SecondFactor::Passkey(id), says).await?;
    let command =
        AccountCommand::AddPasskey { passkey_id: id, name: name.clone(), recovery_codes: FirstCodes::COUNT };
    let ends = (Some(session), SignOutReason::PasskeyAdded);
    let context = context.command(Actor::Account(account));
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await;
    let events = events.map_err(|problem| problem.instead_of(Kind::LinkDead, Kind::PasskeyKnown))?;
    let position = state.position(account, &events).await;
    let headers = [(LOCATION, format!("/v1/me/passkeys/{id}")), (CACHE_CONTROL, "no-store".to_owned())];
    let answer = AddedPasskey { id, name, made_at: at, recovery_codes: codes.into_shown() };
    Ok((StatusCode::CREATED, position, headers, Json(answer)))
}
