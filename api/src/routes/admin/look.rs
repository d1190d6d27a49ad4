//! An operator's look at what happened, and what an operator has tried again.
//!
//! It is recorded before the answer begins: as an event of the account it concerns, so that the holder sees it in their
//! own history, or else of the operator. A look that cannot be recorded is not granted.

use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, AccountError, Viewed};
use domain::operator::{Operator, OperatorCommand, OperatorRetried, OperatorViewed};
use domain::{AccountId, Actor, OperatorId};
use event_store::{CommitExtras, ExecuteError};
use projections::history::NAME;

use crate::event_position::EventPosition;
use crate::extract::RequestContext;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Records that an operator looks, and waits until the history shows it.
pub(super) async fn record(
    state: &AppState,
    account: AccountId,
    operator: OperatorId,
    context: &RequestContext,
    (what, until): (Viewed, Option<DateTime<Utc>>),
) -> Result<EventPosition, Problem> {
    let command = AccountCommand::RecordHistoryViewed { what, until };
    let context = context.command(Actor::Operator(operator));
    let id = account.to_string();
    let executed = state.store.execute::<Account>(&id, command, &context, CommitExtras::default()).await;
    let executed = executed.map_err(|error| match error {
        ExecuteError::Refused(AccountError::Unknown) => Problem::new(Kind::NotFound),
        error => error.into(),
    })?;
    let position = state.position_for_operator(account, &executed.events).await;
    state.catch_up(NAME, account, None).await?;
    Ok(position)
}

/// Records that an operator looks at what belongs to no account.
pub(super) async fn record_general(
    state: &AppState,
    operator: OperatorId,
    context: &RequestContext,
    what: OperatorViewed,
) -> Result<(), Problem> {
    let context = context.command(Actor::Operator(operator));
    let command = OperatorCommand::RecordViewed { what };
    state.execute::<Operator>(&operator.to_string(), command, &context, CommitExtras::default()).await?;
    Ok(())
}

/// Records that an operator has something tried again: before it is, so that none is tried without a trace.
pub(super) async fn record_retried(
    state: &AppState,
    operator: OperatorId,
    context: &RequestContext,
    what: OperatorRetried,
) -> Result<EventPosition, Problem> {
    let context = context.command(Actor::Operator(operator));
    let command = OperatorCommand::Retry { what };
    let executed =
        state.execute::<Operator>(&operator.to_string(), command, &context, CommitExtras::default()).await?;
    Ok(state.position_beside_accounts(&executed.events).await)
}
