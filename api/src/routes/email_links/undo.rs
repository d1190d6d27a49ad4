//! `POST /v1/email-undos`: a change of the address is taken back.

use axum::extract::State;
use axum::response::IntoResponse;
use domain::EmailChangeId;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::MessageBody;
use event_store::records::email_link::Purpose;

use super::undoing::{Undo, take_back};
use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Takes a change of the sign-in address back, by the link that was mailed to the address from before.
///
/// It works for a week from the wish on, also after the change was confirmed. All sessions end, and a link to choose a
/// new password is mailed.
#[utoipa::path(
    post, path = "/v1/email-undos", tag = "Me", operation_id = "undoEmailChange", request_body = OpenedLink,
    responses((status = 204, description = "The address from before holds"))
)]
pub(crate) async fn undo(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let found = state.open_link(Purpose::EmailUndo, &token, &context).await?;
    let change_id: EmailChangeId = found.subject.parse().map_err(|_| Problem::new(Kind::LinkDead))?;
    let undo = Undo {
        account: found.account,
        command: AccountCommand::UndoEmailChange { change_id },
        reason: SignOutReason::EmailChangeUndone,
        says: MessageBody::EmailChangeUndone { at: state.store.services().now() },
    };
    take_back(&state, &token, undo, &context).await
}
