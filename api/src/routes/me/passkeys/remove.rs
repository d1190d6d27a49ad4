//! `DELETE /v1/me/passkeys/{id}`: doing without a passkey.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand, SignOutReason};
use domain::message::MessageBody;
use domain::{Actor, PasskeyId};
use event_store::CommitExtras;

use crate::extract::{Id, RequestContext, Sudo};
use crate::problem::{Kind, Problem};
use crate::routes::me::factor_change;
use crate::routes::me::sessions;
use crate::state::AppState;

/// Does without a passkey: it signs in no more. All other sessions end; the recovery codes die with the last second factor.
#[utoipa::path(
    delete, path = "/v1/me/passkeys/{id}", tag = "Me", operation_id = "removePasskey",
    responses((status = 204, description = "It signs in no more"))
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Id(id): Id<PasskeyId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let passkey = aggregate.holder()?.passkeys.get(&id).ok_or_else(|| Problem::new(Kind::NotFound))?;
    let name = passkey.name.known().cloned().unwrap_or_default();
    let mut extras = CommitExtras::default();
    let at = state.store.services().now();
    let others_left = factor_change::others_left(&state, account).await?;
    state.notify(&mut extras, account, MessageBody::PasskeyRemoved { at, name, others_left }).await?;
    let context = context.command(Actor::Account(account));
    let ends = (Some(current.0.id), SignOutReason::PasskeyRemoved);
    let command = AccountCommand::RemovePasskey { passkey_id: id };
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}
