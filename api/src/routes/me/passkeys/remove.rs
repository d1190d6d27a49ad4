//! `DELETE /v1/me/passkeys/{id}`: doing without a passkey.

use axum::extract::State;
use axum::response::IntoResponse;
use domain::PasskeyId;
use domain::account::{AccountCommand, Holder, SignOutReason};
use domain::message::MessageBody;

use crate::extract::{Id, RequestContext, Sudo};
use crate::problem::{Kind, Problem};
use crate::routes::me::factor_change;
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
    let at = state.store.services().now();
    let says = |holder: &Holder| {
        let passkey = holder.passkeys.get(&id).ok_or_else(|| Problem::new(Kind::NotFound))?;
        let name = passkey.name.known().cloned().unwrap_or_default();
        Ok(MessageBody::PasskeyRemoved { at, name, others_left: holder.has_others() })
    };
    let removal = (AccountCommand::RemovePasskey { passkey_id: id }, SignOutReason::PasskeyRemoved);
    factor_change::remove(&state, &current, context, removal, says).await
}
