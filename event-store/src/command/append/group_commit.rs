//! Group commit: commands that wait while an append is on its way are stored together by the next statement, in
//! [batches](crate::postgres::BatchRunner).
//!
//! A commit, and its wait for the disk, is shared by as many commands as came meanwhile. Commands on one stream are never in
//! one statement nor in two at the same time: the second would only break the statement of the first. When another process was
//! faster with one of them, the statement is sent once more, and now says which; when it fails as a whole again, each of its
//! commands is told so and is stored by itself. A caller that goes away while it waits is left out.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::statement::append_all;
use super::{Append, AppendError};
use crate::postgres::{BatchRunner, BatchWork, PinnedConnection, PinnedPool, planned_once_appending};

/// After this no answer is expected any more: the connection is given up.
const ABANDON_AFTER: Duration = Duration::from_secs(30);
/// Commands in one statement.
const MAX_BATCH: usize = 128;
/// Connections: one for each batch, and some for those that wait for a lock.
const CONNECTIONS: u32 = 6;

/// The commands of this process that are being stored. Clones share everything.
#[derive(Clone)]
pub(crate) struct GroupCommitter(Arc<BatchRunner<Statements>>);

/// Sends batches, each as one statement.
struct Statements {
    connections: PinnedPool,
    /// The streams that statements on their way append to.
    streams_in_flight: Mutex<HashSet<Stream>>,
}

type Stream = (&'static str, Arc<str>);

/// What a statement said of each command, or why it failed as a whole.
type StatementResult = Result<Vec<Result<(), AppendError>>, StatementFailed>;

struct PendingAppend {
    append: Arc<Append>,
    stream: Stream,
    tell: oneshot::Sender<AppendOutcome>,
}

/// What became of a command in a batch.
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
        let connections = planned_once_appending(pool, CONNECTIONS);
        Self(BatchRunner::new(Statements { connections, streams_in_flight: Mutex::default() }))
    }

    pub(crate) fn connections(&self) -> &PinnedPool {
        &self.0.work().connections
    }

    /// Stores `append` with whatever else is waiting.
    pub(crate) async fn append(&self, append: Arc<Append>) -> AppendOutcome {
        let (tell, told) = oneshot::channel();
        let stream = (append.aggregate_type, Arc::from(append.aggregate_id.as_str()));
        self.0.submit(|waiting| waiting.push_back(PendingAppend { append, stream, tell }));
        told.await.unwrap_or(AppendOutcome::Failed(StatementFailed { in_doubt: true }))
    }
}

impl BatchWork for Statements {
    type Queue = VecDeque<PendingAppend>;
    type Batch = Vec<PendingAppend>;
    type Carry = IdleConnection;
    /// A statement that takes longer waits for a lock of another process, and holds up only the commands in it.
    const DETACH_AFTER: Duration = Duration::from_millis(500);

    /// In order of arrival, one command a stream. They are sorted by their streams, so that statements of two processes wait
    /// for each other in one direction only.
    fn next_batch(&self, waiting: &mut VecDeque<PendingAppend>) -> Option<Vec<PendingAppend>> {
        let mut in_flight = self.streams_in_flight();
        let mut taken = Vec::new();
        let mut left = VecDeque::new();
        while taken.len() < MAX_BATCH
            && let Some(pending) = waiting.pop_front()
        {
            if pending.tell.is_closed() {
                continue;
            }
            if in_flight.insert(pending.stream.clone()) {
                taken.push(pending);
            } else {
                left.push_back(pending);
            }
        }
        left.append(waiting);
        *waiting = left;
        taken.sort_unstable_by(|one, other| one.stream.cmp(&other.stream));
        (!taken.is_empty()).then_some(taken)
    }

    async fn run(&self, batch: Vec<PendingAppend>, mut carry: IdleConnection) -> IdleConnection {
        let streams = batch.iter().map(|pending| pending.stream.clone()).collect();
        let in_flight = StreamsInFlight { statements: self, streams };
        let appends: Vec<&Append> = batch.iter().map(|pending| &*pending.append).collect();
        let sent = timeout(ABANDON_AFTER, self.send(carry.0.take(), &appends)).await;
        let sent = sent.unwrap_or(Err(StatementFailed { in_doubt: true }));
        let (connection, said) =
            sent.map_or_else(|failed| (None, Err(failed)), |(connection, said)| (Some(connection), Ok(said)));
        drop(in_flight);
        complete(batch, said);
        IdleConnection(connection)
    }
}

impl Statements {
    /// Sends the statement, on the connection of the statement before it if there is one. A connection that is not returned is
    /// closed: its protocol state is unknown.
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
            // The faster one has committed by now.
            Err(AppendError::Conflict | AppendError::ClaimTaken) => {
                append_all(&mut *connection, appends).await
            }
            said => said,
        };
        let said = said.map_err(|error| StatementFailed { in_doubt: error.is_in_doubt() })?;
        Ok((connection, said))
    }

    fn streams_in_flight(&self) -> MutexGuard<'_, HashSet<Stream>> {
        self.streams_in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn complete(batch: Vec<PendingAppend>, said: StatementResult) {
    let (failed, said) = match said {
        Ok(said) => (StatementFailed { in_doubt: true }, said),
        Err(failed) => (failed, Vec::new()),
    };
    let mut said = said.into_iter();
    for pending in batch {
        let outcome = said.next().map_or(AppendOutcome::Failed(failed), AppendOutcome::Answered);
        // The caller may have gone away.
        let _ = pending.tell.send(outcome);
    }
}

/// That a statement appends to some streams: dropped, other batches may.
struct StreamsInFlight<'a> {
    statements: &'a Statements,
    streams: Vec<Stream>,
}

impl Drop for StreamsInFlight<'_> {
    fn drop(&mut self) {
        let mut in_flight = self.statements.streams_in_flight();
        for stream in &self.streams {
            in_flight.remove(stream);
        }
    }
}

/// The connection that the last statement went over, for the next.
#[derive(Default)]
struct IdleConnection(Option<PinnedConnection>);

impl Drop for IdleConnection {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            connection.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(waiting: &mut VecDeque<PendingAppend>, id: &str) -> oneshot::Receiver<AppendOutcome> {
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
        let pending = PendingAppend { append: Arc::new(append), stream: ("account", Arc::from(id)), tell };
        waiting.push_back(pending);
        told
    }

    fn ids(batch: &[PendingAppend]) -> Vec<&str> {
        batch.iter().map(|pending| &*pending.stream.1).collect()
    }

    #[tokio::test]
    async fn one_command_a_stream_and_none_of_a_caller_that_went_away() {
        let nowhere = PgPool::connect_lazy("postgres://nowhere").unwrap();
        let statements = GroupCommitter::new(&nowhere).0;
        let mut waiting = VecDeque::new();
        let told = ["c", "a", "c", "gone", "b"].map(|id| (id, wait(&mut waiting, id)));
        let _staying: Vec<_> = told.into_iter().filter(|(id, _)| *id != "gone").collect();
        let mut next = || statements.work().next_batch(&mut waiting);
        let first = next().unwrap();
        assert_eq!(ids(&first), ["a", "b", "c"], "in the order of their streams");
        assert!(next().is_none(), "the second command on c waits for the first");
        statements.work().streams_in_flight().clear();
        assert_eq!(ids(&next().unwrap()), ["c"]);
    }
}
