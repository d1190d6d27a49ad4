//! `POST /v1/billing-email-undos`: another billing address is taken back.
//!
//! It took the password to set it: so all sessions end, and a link to choose a new password goes to the holder.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::Says;
use event_store::vault::VaultWrite;
use event_store::vault::link::Purpose;
use event_store::{Actor, Attached};

use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::Problem;
use crate::routes::me::sessions;
use crate::routes::password_resets::send_link;
use crate::state::AppState;

/// Takes another billing address back, by the link that was mailed to the holder.
///
/// Bills go to the address one signs in with. It works for a week. All sessions end, and a link to choose a new password
/// is mailed.
#[utoipa::path(
    post, path = "/v1/billing-email-undos", tag = "Me", operation_id = "undoBillingEmail",
    request_body = OpenedLink,
    responses(
        (status = 204, description = "Bills go to the address one signs in with"),
        (status = 410, description = "The link no longer works: `link-dead`"),
        (status = 429, description = "Too many tries: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn undo(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let account = state.open_link(Purpose::BillingEmailUndo, &token, &context).await?.account;
    let at = state.store.services().now();
    let mut attached = Attached::default();
    attached.vault.push(VaultWrite::TakeLink(token.hash()));
    state.tell(&mut attached, account, Says::BillingEmailUndone { at }).await?;
    send_link(&state, account, &mut attached).await?;
    let context = context.command(Actor::Account(account));
    let command = AccountCommand::UndoBillingEmail;
    let ends = (None, SignOutReason::BillingEmailUndone);
    let events = sessions::end_with(&state, account, command, ends, &context, attached).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}
