//! Sessions that end because something about the account has changed. They open nothing from the moment it is asked for,
//! however long the command waits ([`event_store::Bar`]).

use domain::account::{Account, AccountCommand, SignOutReason};
use domain::{AccountId, EventId, SessionId};
use event_store::Bar;
use event_store::records::session;
use event_store::{CommandContext, CommitExtras};

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
    extras: CommitExtras,
) -> Result<Vec<EventId>, Problem> {
    let id = account.to_string();
    let context = context.clone().with_session(except);
    let bar = state.store.bar::<Account>(account, (&id, command.clone()), &context, &extras).await?;
    let done = state
        .store
        .transact(&context, async |mut unit| {
            unit.execute::<Account>(&id, command.clone()).await?;
            // A sign-in after this look has made the account another by then: all of it is done again.
            for session_id in others(state, account, except).await? {
                let end = AccountCommand::RecordSignOut { session_id, reason };
                unit.execute::<Account>(&id, end).await?;
            }
            Ok::<_, Problem>((unit, extras.clone(), ()))
        })
        .await;
    Ok(state.unless_refused(&bar, done.map_err(Problem::from)).await?.events)
}

/// The sessions of an account, but one perhaps.
pub(crate) async fn others(
    state: &AppState,
    account: AccountId,
    except: Option<SessionId>,
) -> Result<Vec<SessionId>, Problem> {
    let now = state.store.services().now();
    let sessions = session::list_to_end(state.store.pool(), account, now).await?;
    Ok(sessions.into_iter().filter(|id| Some(*id) != except).collect())
}

impl AppState {
    /// What a command came to for which sessions were barred: if it was refused, they are open again. If it may still
    /// succeed they are not: its caller tries again.
    pub(crate) async fn unless_refused<T>(&self, bar: &Bar, done: Result<T, Problem>) -> Result<T, Problem> {
        if done.as_ref().is_err_and(|problem| problem.kind().status().is_client_error()) {
            self.store.lift(bar).await?;
        }
        done
    }
}
