//! `POST /v1/email-undos`: a change of the address is taken back.
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
use event_store::vault::link::Purpose;
use event_store::{Actor, Attached};

use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::{Kind, Problem};
use crate::routes::me::sessions;
use crate::routes::password_resets::send_link;
use crate::state::AppState;

/// Takes a change of the sign-in address back, by the link that was mailed to the address from before.
///
/// It works for a week from the wish on, also after the change was confirmed. All sessions end, and a link to choose a
/// new password is mailed.
#[utoipa::path(
    post, path = "/v1/email-undos", tag = "Me", operation_id = "undoEmailChange",
    request_body = OpenedLink,
    responses(
        (status = 204, description = "The address from before holds"),
        (status = 410, description = "The link no longer works: `link-dead`"),
        (status = 429, description = "Too many tries: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn undo(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let found = state.open_link(Purpose::EmailUndo, &token, &context).await?;
    let change_id: EmailChangeId = found.subject.parse().map_err(|_| Problem::new(Kind::LinkDead))?;
    let (account, now) = (found.account, state.store.services().now());
    let mut attached = Attached::default();
    attached.vault.push(VaultWrite::TakeLink(token.hash()));
    // Both go out after this is stored, and so to the address that holds again.
    state.tell(&mut attached, account, Says::EmailChangeUndone { at: now }).await?;
    send_link(&state, account, &mut attached).await?;
    let context = context.command(Actor::Account(account));
    let command = AccountCommand::UndoEmailChange { change_id };
    let ends = (None, SignOutReason::EmailChangeUndone);
    let events = sessions::end_with(&state, account, command, ends, &context, attached).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}
