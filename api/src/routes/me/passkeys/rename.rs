//! `PATCH /v1/me/passkeys/{id}`: another name.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand};
use domain::{Actor, PasskeyId};
use event_store::CommitExtras;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, CurrentSession, Id, RequestContext};
use crate::names;
use crate::problem::Problem;
use crate::state::AppState;

/// Another name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyName {
    /// What the holder calls it.
    #[schema(min_length = 1, max_length = 200, example = "The blue key")]
    name: String,
}

/// A passkey as it is called now.
#[derive(Serialize, ToSchema)]
pub(crate) struct RenamedPasskey {
    /// Its id.
    #[schema(value_type = String, example = "pky_01h455vb4pex5vsknk084sn02q")]
    id: PasskeyId,
    /// What the holder calls it.
    #[schema(example = "The blue key")]
    name: String,
}

/// Calls a passkey otherwise.
#[utoipa::path(
    patch, path = "/v1/me/passkeys/{id}", tag = "Me", operation_id = "renamePasskey", request_body = PasskeyName,
    responses((status = 200, description = "The passkey as it is called now", body = RenamedPasskey))
)]
pub(crate) async fn rename(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<PasskeyId>,
    context: RequestContext,
    Body(body): Body<PasskeyName>,
) -> Result<impl IntoResponse, Problem> {
    let name = names::check(&body.name, "/name").map_err(|error| Problem::invalid(vec![error]))?;
    let account = current.account();
    let command = AccountCommand::RenamePasskey { passkey_id: id, name: name.clone() };
    let context = context.command(Actor::Account(account));
    let extras = CommitExtras::default();
    let executed = state.execute::<Account>(&account.to_string(), command, &context, extras).await?;
    let position = state.position(account, &executed.events).await;
    Ok((position, Json(RenamedPasskey { id, name })))
}
