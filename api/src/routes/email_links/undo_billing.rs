//! `POST /v1/billing-email-undos`: another billing address is taken back.

use axum::extract::State;
use axum::response::IntoResponse;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::MessageBody;
use event_store::records::email_link::Purpose;

use super::undoing::{Undo, take_back};
use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::Problem;
use crate::state::AppState;

/// Takes another billing address back, by the link that was mailed to the holder.
///
/// Bills go to the address one signs in with. It works for a week. All sessions end, and a link to choose a new password
/// is mailed.
#[utoipa::path(
    post, path = "/v1/billing-email-undos", tag = "Me", operation_id = "undoBillingEmail", request_body = OpenedLink,
    responses((status = 204, description = "Bills go to the address one signs in with"))
)]
pub(crate) async fn undo(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let undo = Undo {
        account: state.open_link(Purpose::BillingEmailUndo, &token, &context).await?.account,
        command: AccountCommand::UndoBillingEmail,
        reason: SignOutReason::BillingEmailUndone,
        says: MessageBody::BillingEmailUndone { at: state.store.services().now() },
    };
    take_back(&state, &token, undo, &context).await
}
