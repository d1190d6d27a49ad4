//! `POST /v1/factor-undos`: a second factor is taken back.

use axum::extract::State;
use axum::response::IntoResponse;
use domain::account::{AccountCommand, SecondFactor, SignOutReason};
use domain::message::MessageBody;
use event_store::records::email_link::Purpose;

use super::undoing::{Undo, take_back};
use crate::extract::{Body, RequestContext};
use crate::links::OpenedLink;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Takes a second factor back, by the link in the mail that told of it.
///
/// It works for a week, whatever else is changed meanwhile. What the mail told of is taken away, the phone or the app also where
/// another came in its place, and with it the recovery codes; or the codes alone, where the mail told of these. Passkeys that
/// were added within the last week end with it. All sessions end, the token for
/// the GDPR APIs is revoked, and a link to choose a new password is mailed.
#[utoipa::path(
    post, path = "/v1/factor-undos", tag = "Me", operation_id = "undoSecondFactor", request_body = OpenedLink,
    responses(
        (status = 204, description = "It is taken back"),
        (status = 410, description = "The link no longer works, or nothing is left to take back: `link-dead`"),
    )
)]
pub(crate) async fn undo(
    State(state): State<AppState>,
    context: RequestContext,
    Body(OpenedLink { token }): Body<OpenedLink>,
) -> Result<impl IntoResponse, Problem> {
    let found = state.open_link(Purpose::FactorUndo, &token, &context).await?;
    let factor = SecondFactor::of_name(&found.subject).ok_or_else(|| Problem::new(Kind::LinkDead))?;
    let undo = Undo {
        account: found.account,
        command: AccountCommand::UndoSecondFactor { factor },
        reason: SignOutReason::SecondFactorUndone,
        says: MessageBody::SecondFactorUndone { at: state.store.services().now(), factor },
    };
    let undone = take_back(&state, &token, undo, &context).await;
    undone.map_err(|problem| problem.instead_of(Kind::NoSecondFactor, Kind::LinkDead))
}
