//! Carrying out commands, and reading what one has written.
//!
//! The event store answers at once; a read model follows some milliseconds later. So a command's answer
//! carries the position of its last event in the log (`Event-Position`), and a read waits, for a bounded
//! time, until the read model has come as far as the caller's own last write. A client that wrote through
//! another process sends the position along in the same header.
//!
//! A position counts what everybody does, so account holders get it sealed ([`Log::seal_position`]); those
//! who run the service see the number.
//!
//! [`Log::seal_position`]: event_store::Log::seal_position

use std::time::Duration;

use cqrs_es::Aggregate;
use domain::{AccountId, Effects, EventId, Services, Standalone};
use event_store::{CommandContext, CommitExtras, Executed};
use tokio::time::{Instant, timeout_at};

use crate::event_position::EventPosition;
use crate::problem::Problem;
use crate::state::AppState;

/// How long a command waits for its position.
const SEQUENCING: Duration = Duration::from_secs(2);
/// How long a read waits for the read model.
const FOLLOWING: Duration = Duration::from_secs(1);

impl AppState {
    /// Has an aggregate carry out a command.
    pub(crate) async fn execute<A>(
        &self,
        id: &str,
        command: A::Command,
        context: &CommandContext,
        extras: CommitExtras,
    ) -> Result<Executed<A>, Problem>
    where
        A: Aggregate<Services = Services> + Standalone,
        A::Command: Clone,
        A::Event: Effects,
        A::Error: Into<Problem>,
    {
        Ok(self.store.execute::<A>(id, command, context, extras).await?)
    }

    /// The position of the last of a command's `events`, which concern `account`, sealed for its holder.
    pub(crate) async fn position(&self, account: AccountId, events: &[EventId]) -> EventPosition {
        let Some(position) = self.reached(account, events).await else { return EventPosition::unknown() };
        match self.store.log().seal_position(account, position).await {
            Ok(sealed) => EventPosition::sealed(&sealed),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "sealing the position token failed");
                EventPosition::unknown()
            }
        }
    }

    /// The same, for an operator who did it.
    pub(crate) async fn position_for_operator(
        &self,
        account: AccountId,
        events: &[EventId],
    ) -> EventPosition {
        EventPosition::plain(self.reached(account, events).await)
    }

    /// The position of the last of a command's `events`, for an operator, where no account holder is concerned.
    pub(crate) async fn position_beside_accounts(&self, events: &[EventId]) -> EventPosition {
        match events.last() {
            Some(last) => EventPosition::plain(self.sequenced(*last).await),
            None => EventPosition::unknown(),
        }
    }

    /// How far `account` has written. Where there are no events because everything was so already, the effect lies
    /// at or before the newest known position.
    async fn reached(&self, account: AccountId, events: &[EventId]) -> Option<i64> {
        let Some(last) = events.last() else {
            let known = self.last_writes.newest(account).await.max(self.store.head().position());
            return (known > 0).then_some(known);
        };
        let position = self.sequenced(*last).await?;
        self.last_writes.record(account, position).await;
        Some(position)
    }

    /// The command is stored: a failure from here on must not make it look refused.
    async fn sequenced(&self, event: EventId) -> Option<i64> {
        match self.store.log().position_of(event, SEQUENCING).await {
            Ok(Some(position)) => Some(position),
            Ok(None) => {
                tracing::warn!(event_id = %event, "no log position for the event yet: the sequencer is behind");
                None
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(event_id = %event, error, "reading the event's log position failed");
                None
            }
        }
    }

    /// Waits until read model `view` shows everything that is stored by now: for what is known to be there and is
    /// not shown. Whether it does; if not, the read model is late.
    pub(crate) async fn catch_up_with_all(&self, view: &'static str) -> Result<bool, Problem> {
        match self.store.log().committed_position(FOLLOWING).await? {
            Some(position) => Ok(self.views.wait_for(view, position, FOLLOWING).await?),
            None => Ok(false),
        }
    }

    /// Waits until read model `view` shows what the account has written, here or, where the client says
    /// so, elsewhere. Whether it does by now; if not, the caller answers what there is.
    pub(crate) async fn catch_up(
        &self,
        view: &'static str,
        account: AccountId,
        told: Option<i64>,
    ) -> Result<bool, Problem> {
        let deadline = Instant::now() + FOLLOWING;
        let mut position = self.last_writes.newest(account).await;
        if let Some(told) = told.filter(|told| *told > position) {
            // The log must have come so far first. Waiting for that costs nothing, so that an invented
            // position is waited for in vain without asking the database.
            let mut head = self.store.head().subscribe();
            if timeout_at(deadline, head.wait_for(|head| *head >= told)).await.is_err() {
                tracing::debug!(view, "a read waited for a position that the log has not reached");
                return Ok(false);
            }
            position = told;
        }
        if position == 0 {
            return Ok(true);
        }
        let patience = deadline.saturating_duration_since(Instant::now());
        let reached = self.views.wait_for(view, position, patience).await?;
        if !reached {
            tracing::debug!(view, position, "a read waited for a read model that is behind");
        }
        Ok(reached)
    }
}
