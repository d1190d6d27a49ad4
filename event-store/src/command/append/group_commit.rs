//! Group commit: commands that wait while an append is on its way are stored together by the next statement.
//!
//! Nothing waits when nothing is on its way, so an idle service answers as fast as without them; under
//! load a commit, and its wait for the disk, is shared by as many commands as came meanwhile. Commands on
//! one stream are never in one statement nor in two at the same time: the second would only break the statement of
//! the first. When another process was faster with one of them, the statement is sent once more, and now
//! says which; when it fails as a whole again, each of its commands is told so and is stored by itself.
//!
//! A batch is sent by a task of its own: a caller that goes away does not take its neighbours with it, and is left
//! out if it goes away while it waits.

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
/// A statement that takes longer than this waits for a lock of another process, and does not count any more:
/// it holds up only the commands in it.
const DETACH_AFTER: Duration = Duration::from_millis(500);
/// After this no answer is expected any more: the connection is given up.
const ABANDON_AFTER: Duration = Duration::from_secs(30);
/// Commands in one statement.
const MAX_BATCH: usize = 128;
/// Connections: one for each batch, and some for those that wait for a lock.
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

    /// Starts a batch if commands wait and one may be started.
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
        let mut task = BatchTask { committer: &self, counts: true, connection: None };
        loop {
            // Commands that are about to be sent join as well.
            tokio::task::yield_now().await;
            let Some(batch) = task.next_batch() else { return };
            let said = self.send_batch(&batch, &mut task).await;
            batch.complete(said);
            if !task.counts {
                // Commands that waited for its streams would wait for ever.
                self.start_batch();
            }
        }
    }

    async fn send_batch(self: &Arc<Self>, batch: &Batch<'_>, task: &mut BatchTask<'_>) -> StatementResult {
        let appends: Vec<&Append> = batch.appends.iter().map(|pending| &*pending.append).collect();
        let connection = task.connection.take();
        let mut sending = std::pin::pin!(timeout(ABANDON_AFTER, self.send(connection, &appends)));
        let sent = tokio::select! {
            sent = &mut sending => sent,
            () = tokio::time::sleep(DETACH_AFTER) => {
                task.detach();
                self.start_batch();
                sending.await
            }
        };
        let (connection, said) = sent.unwrap_or(Err(StatementFailed { in_doubt: true }))?;
        task.connection = Some(connection);
        Ok(said)
    }

    /// Sends the statement, on the connection of the task if it has one by now. A connection that is not
    /// returned is closed: its protocol state is unknown.
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

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends batches one after the other, as long as commands wait.
struct BatchTask<'a> {
    committer: &'a GroupCommitter,
    /// Whether it is one of the [`MAX_CONCURRENT`].
    counts: bool,
    /// The connection that the last statement went over.
    connection: Option<PinnedConnection>,
}

impl<'a> BatchTask<'a> {
    /// The next batch: in order of arrival, one command a stream. Without one, or where the task is detached, the task ends
    /// in the same instant, so that the command that comes next starts another.
    fn next_batch(&mut self) -> Option<Batch<'a>> {
        let committer = self.committer;
        let appends = committer.with(|state| {
            let appends = if self.counts { state.next_batch() } else { Vec::new() };
            if appends.is_empty() && std::mem::take(&mut self.counts) {
                state.running -= 1;
            }
            appends
        });
        (!appends.is_empty()).then_some(Batch { committer, appends })
    }

    fn detach(&mut self) {
        if std::mem::take(&mut self.counts) {
            self.committer.with(|state| state.running -= 1);
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
        let mut taken = Vec::new();
        let mut left = VecDeque::new();
        while taken.len() < MAX_BATCH
            && let Some(pending) = self.waiting.pop_front()
        {
            if pending.tell.is_closed() {
                continue;
            }
            if self.streams_in_flight.insert(pending.stream.clone()) {
                taken.push(pending);
            } else {
                left.push_back(pending);
            }
        }
        left.append(&mut self.waiting);
        self.waiting = left;
        taken.sort_unstable_by(|one, other| one.stream.cmp(&other.stream));
        taken
    }
}

/// Commands in one statement.
struct Batch<'a> {
    committer: &'a GroupCommitter,
    appends: Vec<PendingAppend>,
}

impl Batch<'_> {
    fn complete(mut self, said: StatementResult) {
        self.release_streams();
        let appends = std::mem::take(&mut self.appends);
        let (failed, said) = match said {
            Ok(said) => (StatementFailed { in_doubt: true }, said),
            Err(failed) => (failed, Vec::new()),
        };
        let mut said = said.into_iter();
        for pending in appends {
            let landed = said.next().map_or(AppendOutcome::Failed(failed), AppendOutcome::Answered);
            // The caller may have gone away.
            let _ = pending.tell.send(landed);
        }
    }

    /// Lets other batches append to these streams.
    fn release_streams(&self) {
        self.committer.with(|state| {
            for pending in &self.appends {
                state.streams_in_flight.remove(&pending.stream);
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
        let pending = PendingAppend { append: Arc::new(append), stream: ("account", Arc::from(id)), tell };
        state.waiting.push_back(pending);
        told
    }

    fn ids(batch: &[PendingAppend]) -> Vec<&str> {
        batch.iter().map(|pending| &*pending.stream.1).collect()
    }

    #[test]
    fn one_command_a_stream_and_none_of_a_caller_that_went_away() {
        let mut state = State::default();
        let told = ["c", "a", "c", "gone", "b"].map(|id| (id, wait(&mut state, id)));
        let _staying: Vec<_> = told.into_iter().filter(|(id, _)| *id != "gone").collect();
        assert_eq!(ids(&state.next_batch()), ["a", "b", "c"], "in the order of their streams");
        assert!(state.next_batch().is_empty(), "the second command on c waits for the first");
        state.streams_in_flight.clear();
        assert_eq!(ids(&state.next_batch()), ["c"]);
    }
}
