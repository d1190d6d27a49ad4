//! Cohorts: commands that wait while an append is on its way travel together in the next.
//!
//! Nothing waits when nothing is on its way, so an idle service answers as fast as without them; under
//! load a commit, and its wait for the disk, is shared by as many commands as came meanwhile. Commands on
//! one stream never travel together nor at the same time: the second would only break the statement of
//! the first. When another process was faster with one of them, the statement is sent once more, and now
//! says which; when it fails as a whole again, each of its commands is told so and goes alone.
//!
//! A flight is a task of its own: a caller that goes away does not take its neighbours with it, and is left
//! behind if it goes away while it waits.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::statement::append_all;
use super::{Append, AppendError};
use crate::postgres::{PinnedConnection, PinnedPool, planned_once_appending};

/// Statements on their way at once. One is best where the server has few cores: the longer it takes, the
/// more commands share the next.
const MAX_CONCURRENT: usize = 1;
/// A statement that takes longer than this waits for a lock of somebody else, and does not count any more:
/// it shall hold up nobody but its own passengers.
const DETACH_AFTER: Duration = Duration::from_millis(500);
/// After this nobody will answer any more: the connection is given up.
const ABANDON_AFTER: Duration = Duration::from_secs(30);
/// Commands in one statement.
const MAX_BATCH: usize = 128;
/// Connections: one for each flight, and some for those that wait for a lock.
const CONNECTIONS: u32 = 6;

/// The commands of this process that are being stored.
pub(crate) struct GroupCommitter {
    connections: PinnedPool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<PendingAppend>,
    /// The streams that statements on their way append to.
    streams_in_flight: HashSet<Stream>,
    running: usize,
}

type Stream = (&'static str, Arc<str>);

/// What a statement said of each command, or why it failed as a whole.
type StatementResult = Result<Vec<Result<(), AppendError>>, StatementFailed>;

struct PendingAppend {
    append: Arc<Append>,
    stream: Stream,
    tell: oneshot::Sender<AppendOutcome>,
}

/// What became of a command in a cohort.
pub(crate) enum AppendOutcome {
    /// The statement was carried out, and this is what it said of the command.
    Answered(Result<(), AppendError>),
    /// The statement failed as a whole.
    Failed(StatementFailed),
}

/// A statement that failed as a whole.
#[derive(Clone, Copy)]
pub(crate) struct StatementFailed {
    /// Whether it may have been carried out all the same: no answer came.
    pub in_doubt: bool,
}

impl GroupCommitter {
    /// On connections of its own: commands that are being decided cannot keep them from being stored.
    pub(crate) fn new(pool: &PgPool) -> Self {
        Self { connections: planned_once_appending(pool, CONNECTIONS), state: Mutex::default() }
    }

    pub(crate) fn connections(&self) -> &PinnedPool {
        &self.connections
    }

    /// Stores `append` with whatever else is waiting.
    pub(crate) async fn append(self: &Arc<Self>, append: Arc<Append>) -> AppendOutcome {
        let (tell, told) = oneshot::channel();
        let stream = (append.aggregate_type, Arc::from(append.aggregate_id.as_str()));
        self.with(|state| state.waiting.push_back(PendingAppend { append, stream, tell }));
        self.start_batch();
        told.await.unwrap_or(AppendOutcome::Failed(StatementFailed { in_doubt: true }))
    }

    /// Begins a flight if somebody waits and there is room for one.
    fn start_batch(self: &Arc<Self>) {
        let free = self.with(|state| {
            let free = state.running < MAX_CONCURRENT && !state.waiting.is_empty();
            state.running += usize::from(free);
            free
        });
        if free {
            tokio::spawn(Arc::clone(self).run());
        }
    }

    async fn run(self: Arc<Self>) {
        let mut flight = BatchTask { cohorts: &self, counts: true, connection: None };
        loop {
            // Whoever is about to ask boards as well.
            tokio::task::yield_now().await;
            let Some(cohort) = flight.next_batch() else { return };
            let said = self.send_batch(&cohort, &mut flight).await;
            cohort.complete(said);
            if !flight.counts {
                // Those who waited for its streams have nobody else to wait for.
                self.start_batch();
            }
        }
    }

    async fn send_batch(self: &Arc<Self>, cohort: &Batch<'_>, flight: &mut BatchTask<'_>) -> StatementResult {
        let appends: Vec<&Append> = cohort.appends.iter().map(|passenger| &*passenger.append).collect();
        let connection = flight.connection.take();
        let mut sending = std::pin::pin!(timeout(ABANDON_AFTER, self.send(connection, &appends)));
        let sent = tokio::select! {
            sent = &mut sending => sent,
            () = tokio::time::sleep(DETACH_AFTER) => {
                flight.detach();
                self.start_batch();
                sending.await
            }
        };
        let (connection, said) = sent.unwrap_or(Err(StatementFailed { in_doubt: true }))?;
        flight.connection = Some(connection);
        Ok(said)
    }

    /// Sends the statement, on the connection of the flight if it has one by now. A connection that is not
    /// given back is closed: nobody knows what it is at.
    async fn send(
        &self,
        connection: Option<PinnedConnection>,
        appends: &[&Append],
    ) -> Result<(PinnedConnection, Vec<Result<(), AppendError>>), StatementFailed> {
        let mut connection = match connection {
            Some(connection) => connection,
            None => self.connections.take().await.map_err(|_| StatementFailed { in_doubt: false })?,
        };
        let said = match append_all(&mut *connection, appends).await {
            // Whoever was faster has committed by now.
            Err(AppendError::Conflict | AppendError::ClaimTaken) => {
                append_all(&mut *connection, appends).await
            }
            said => said,
        };
        let said = said.map_err(|error| StatementFailed { in_doubt: error.is_in_doubt() })?;
        Ok((connection, said))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Statements one after the other, as long as somebody waits.
struct BatchTask<'a> {
    cohorts: &'a GroupCommitter,
    /// Whether it is one of the [`MAX_CONCURRENT`].
    counts: bool,
    /// The connection that the last statement went over.
    connection: Option<PinnedConnection>,
}

impl<'a> BatchTask<'a> {
    /// The next cohort: in order of arrival, one command a stream. Without one, or without a place, the
    /// flight ends in the same instant, so that whoever comes next takes off.
    fn next_batch(&mut self) -> Option<Batch<'a>> {
        let cohorts = self.cohorts;
        let passengers = cohorts.with(|state| {
            let passengers = if self.counts { state.next_batch() } else { Vec::new() };
            if passengers.is_empty() && std::mem::take(&mut self.counts) {
                state.running -= 1;
            }
            passengers
        });
        (!passengers.is_empty()).then_some(Batch { cohorts, appends: passengers })
    }

    fn detach(&mut self) {
        if std::mem::take(&mut self.counts) {
            self.cohorts.with(|state| state.running -= 1);
        }
    }
}

impl Drop for BatchTask<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.release();
        }
        self.detach();
    }
}

impl State {
    /// In the order of their streams, so that statements of two processes wait for each other in one
    /// direction only.
    fn next_batch(&mut self) -> Vec<PendingAppend> {
        let mut boarded = Vec::new();
        let mut left = VecDeque::new();
        while boarded.len() < MAX_BATCH
            && let Some(passenger) = self.waiting.pop_front()
        {
            if passenger.tell.is_closed() {
                continue;
            }
            if self.streams_in_flight.insert(passenger.stream.clone()) {
                boarded.push(passenger);
            } else {
                left.push_back(passenger);
            }
        }
        left.append(&mut self.waiting);
        self.waiting = left;
        boarded.sort_unstable_by(|one, other| one.stream.cmp(&other.stream));
        boarded
    }
}

/// Commands in one statement.
struct Batch<'a> {
    cohorts: &'a GroupCommitter,
    appends: Vec<PendingAppend>,
}

impl Batch<'_> {
    fn complete(mut self, said: StatementResult) {
        self.release_streams();
        let passengers = std::mem::take(&mut self.appends);
        let (failed, said) = match said {
            Ok(said) => (StatementFailed { in_doubt: true }, said),
            Err(failed) => (failed, Vec::new()),
        };
        let mut said = said.into_iter();
        for passenger in passengers {
            let landed = said.next().map_or(AppendOutcome::Failed(failed), AppendOutcome::Answered);
            // Whoever asked may have gone away.
            let _ = passenger.tell.send(landed);
        }
    }

    /// From now on others may append to these streams.
    fn release_streams(&self) {
        self.cohorts.with(|state| {
            for passenger in &self.appends {
                state.streams_in_flight.remove(&passenger.stream);
            }
        });
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.release_streams();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(state: &mut State, id: &str) -> oneshot::Receiver<AppendOutcome> {
        let (tell, told) = oneshot::channel();
        let append = Append {
            aggregate_type: "account",
            aggregate_id: id.to_owned(),
            events: Vec::new(),
            required_keys: Vec::new(),
            effects: Vec::new(),
            snapshot: None,
            in_turn: false,
        };
        let passenger = PendingAppend { append: Arc::new(append), stream: ("account", Arc::from(id)), tell };
        state.waiting.push_back(passenger);
        told
    }

    fn ids(cohort: &[PendingAppend]) -> Vec<&str> {
        cohort.iter().map(|passenger| &*passenger.stream.1).collect()
    }

    #[test]
    fn one_command_a_stream_boards_and_nobody_who_went_away() {
        let mut state = State::default();
        let told = ["c", "a", "c", "gone", "b"].map(|id| (id, wait(&mut state, id)));
        let _staying: Vec<_> = told.into_iter().filter(|(id, _)| *id != "gone").collect();
        assert_eq!(ids(&state.next_batch()), ["a", "b", "c"], "in the order of their streams");
        assert!(state.next_batch().is_empty(), "the second command on c waits for the first");
        state.streams_in_flight.clear();
        assert_eq!(ids(&state.next_batch()), ["c"]);
    }
}
