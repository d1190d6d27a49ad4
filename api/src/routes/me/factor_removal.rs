//! `/v1/me/factor-removal`: a removal of the second factor that an operator began.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand};
use domain::message::MessageBody;
use domain::{AccountId, Actor};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{CurrentSession, RequestContext};
use crate::problem::{Kind, Problem};
use crate::schemas;
use crate::state::AppState;

/// A removal that waits.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct WaitingRemoval {
    /// How it was proved who asked for it: `document_seen`, `called_back` or `other`.
    #[schema(value_type = schemas::IdentityProof)]
    pub(crate) proof: String,
    /// When it is carried out.
    pub(crate) due_at: DateTime<Utc>,
}

/// Shows a removal of the second factor that waits.
#[utoipa::path(
    get, path = "/v1/me/factor-removal", tag = "Me", operation_id = "getFactorRemoval",
    responses(
        (status = 200, description = "It waits", body = WaitingRemoval),
        (status = 404, description = "None waits: `not-found`"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    current: CurrentSession,
) -> Result<impl IntoResponse, Problem> {
    let (aggregate, _) = state.store.load::<Account>(&current.account().to_string()).await?;
    let waiting = aggregate.holder()?.factor_removal.as_ref();
    let removal = waiting.ok_or_else(|| Problem::new(Kind::NotFound))?;
    Ok(Json(WaitingRemoval { proof: removal.proof.as_str().to_owned(), due_at: removal.due_at }))
}

/// Objects to a removal of the second factor: it stays.
///
/// Any session may: what keeps an account as it is must be quick. The holder is told by mail.
#[utoipa::path(
    delete, path = "/v1/me/factor-removal", tag = "Me", operation_id = "objectToFactorRemoval",
    responses(
        (status = 204, description = "The second factor stays"),
        (status = 404, description = "None waits: `not-found`"),
    )
)]
pub(crate) async fn object(
    State(state): State<AppState>,
    current: CurrentSession,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    keep_factor(&state, current.account(), &context, Vec::new()).await
}

/// The second factor stays, and the holder is told; `records` holds what else is written with it.
pub(crate) async fn keep_factor(
    state: &AppState,
    account: AccountId,
    context: &RequestContext,
    records: Vec<RecordWrite>,
) -> Result<impl IntoResponse + use<>, Problem> {
    let mut extras = CommitExtras { records, ..CommitExtras::default() };
    let at = state.store.services().now();
    state.notify(&mut extras, account, MessageBody::FactorRemovalStopped { at }).await?;
    let (command, context) = (AccountCommand::StopFactorRemoval, context.command(Actor::Account(account)));
    let executed = state.execute::<Account>(&account.to_string(), command, &context, extras).await?;
    Ok((state.position(account, &executed.events).await, StatusCode::NO_CONTENT))
}
