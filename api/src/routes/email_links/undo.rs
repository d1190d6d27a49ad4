//! `POST /v1/email-undos/{token}`: a change of the address is taken back.
//!
//! Whoever changed it had a session, and perhaps the password: so all sessions end, and a link to choose a new
//! password goes to the address that holds again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::EmailChangeId;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::Says;
use event_store::vault::VaultWrite;
use event_store::vault::link::{self, Purpose};
use event_store::{Actor, Attached};

use crate::extract::{LinkToken, RequestContext};
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::routes::me::sessions;
use crate::routes::password_resets::send_link;
use crate::state::AppState;

/// Takes a change of the sign-in address back, by the link that was mailed to the address from before.
///
/// It works for a week from the wish on, also after the change was confirmed. All sessions end, and a link to choose a
/// new password is mailed.
#[utoipa::path(
    post, path = "/v1/email-undos/{token}", tag = "Me", operation_id = "undoEmailChange",
    params(("token" = String, Path, description = "The token of the link", example = "psl_…")),
    responses(
        (status = 204, description = "The address from before holds"),
        (status = 410, description = "The link no longer works: `link-dead`"),
        (status = 429, description = "Too many tries: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn undo(
    State(state): State<AppState>,
    token: LinkToken,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    state.limit(limits::TRIES_OF_ADDRESS, &context.network()).await?;
    let dead = || Problem::new(Kind::LinkDead);
    let (token_hash, now) = (token.hash(), state.store.services().now());
    let found =
        link::find(state.store.pool(), Purpose::EmailUndo, &token_hash, now).await?.ok_or_else(dead)?;
    let change_id: EmailChangeId = found.subject.parse().map_err(|_| dead())?;
    let account = found.account;
    let mut attached = Attached::default();
    attached.vault.extend([
        VaultWrite::TakeLink(token_hash),
        VaultWrite::DropLinks { account, purpose: Purpose::EmailConfirmation, subject: None },
        VaultWrite::DropLinks { account, purpose: Purpose::PasswordReset, subject: None },
    ]);
    // Both go out after this is stored, and so to the address that holds again.
    state.tell(&mut attached, account, Says::EmailChangeUndone { at: now }).await?;
    send_link(&state, account, &mut attached).await?;
    let context = context.command(Actor::Account(account));
    let command = AccountCommand::UndoEmailChange { change_id };
    let ends = (None, SignOutReason::EmailChangeUndone);
    let events = sessions::end_with(&state, account, command, ends, &context, attached).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}
