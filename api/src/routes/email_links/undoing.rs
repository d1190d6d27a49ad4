//! Taking something back, by the link in the mail that told of it.
//!
//! It took a session and the password to do it, and the holder says it was done by another: so all sessions end, and a link
//! to choose a new password is mailed.

use axum::http::StatusCode;
use domain::account::{AccountCommand, SignOutReason};
use domain::message::MessageBody;
use domain::{AccountId, Actor};
use event_store::CommitExtras;
use event_store::records::RecordWrite;

use crate::event_position::EventPosition;
use crate::extract::RequestContext;
use crate::links::LinkToken;
use crate::problem::Problem;
use crate::routes::me::sessions;
use crate::routes::password_resets::send_link;
use crate::state::AppState;

/// What a link takes back.
pub(super) struct Undo {
    /// Whose.
    pub(super) account: AccountId,
    /// The command that does it.
    pub(super) command: AccountCommand,
    /// Why the sessions end.
    pub(super) reason: SignOutReason,
    /// What the holder is told.
    pub(super) says: MessageBody,
}

/// Takes it back, and uses the link of `token` up. Both mails go out after it is stored, and so to the address that holds
/// then.
pub(super) async fn take_back(
    state: &AppState,
    token: &LinkToken,
    undo: Undo,
    context: &RequestContext,
) -> Result<(EventPosition, StatusCode), Problem> {
    let Undo { account, command, reason, says } = undo;
    let records = vec![RecordWrite::TakeLink(token.hash())];
    let mut extras = CommitExtras { records, ..CommitExtras::default() };
    state.notify(&mut extras, account, says).await?;
    send_link(state, account, &mut extras).await?;
    let context = context.command(Actor::Account(account));
    let ends = (None, reason);
    let events = sessions::end_with(state, account, command, ends, &context, extras).await?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}
