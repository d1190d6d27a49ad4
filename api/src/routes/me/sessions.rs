//! Sessions that end because something about the account has changed.

use domain::account::{Account, AccountCommand, SignOutReason};
use domain::{AccountId, EventId, SessionId};
use event_store::vault::session;
use event_store::{Attached, CommandContext};

use crate::problem::Problem;
use crate::state::AppState;

/// Has an account carry out a command with which its sessions end, but one perhaps: by the table of `domain`, with the
/// event. The history tells of each end, in the same step: none goes untold, whatever dies.
pub(crate) async fn end_with(
    state: &AppState,
    account: AccountId,
    command: AccountCommand,
    (except, reason): (Option<SessionId>, SignOutReason),
    context: &CommandContext,
    attached: Attached,
) -> Result<Vec<EventId>, Problem> {
    let id = account.to_string();
    let context = context.clone().with_session(except);
    let done = state
        .store
        .together(&context, async |mut unit| {
            unit.execute::<Account>(&id, command.clone()).await?;
            // Whoever signs in after this look has made the account another by then: all of it is done again.
            for session_id in others(state, account, except).await? {
                let end = AccountCommand::RecordSignOut { session_id, reason };
                unit.execute::<Account>(&id, end).await?;
            }
            Ok::<_, Problem>((unit, attached.clone(), ()))
        })
        .await?;
    Ok(done.events)
}

/// The sessions of an account, but one perhaps.
async fn others(
    state: &AppState,
    account: AccountId,
    except: Option<SessionId>,
) -> Result<Vec<SessionId>, Problem> {
    let now = state.store.services().now();
    let sessions = session::list(state.store.pool(), account, now).await?;
    Ok(sessions.into_iter().map(|session| session.id).filter(|id| Some(*id) != except).collect())
}
