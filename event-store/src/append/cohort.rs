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
use crate::pool::{Kept, Lent, planned_once_appending};

/// Statements on their way at once. One is best where the server has few cores: the longer it takes, the
/// more commands share the next.
const FLIGHTS: usize = 1;
/// A statement that takes longer than this waits for a lock of somebody else, and does not count any more:
/// it shall hold up nobody but its own passengers.
const LONG: Duration = Duration::from_millis(500);
/// After this nobody will answer any more: the connection is given up.
const TOO_LONG: Duration = Duration::from_secs(30);
/// Commands in one statement.
const MOST: usize = 128;
/// Connections: one for each flight, and some for those that wait for a lock.
const CONNECTIONS: u32 = 6;

/// The commands of this process that are being stored.
pub(crate) struct Cohorts {
    connections: Kept,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Passenger>,
    /// The streams that statements on their way append to.
    under_way: HashSet<Stream>,
    flights: usize,
}

type Stream = (&'static str, Arc<str>);

/// What a statement said of each command, or why it failed as a whole.
type Said = Result<Vec<Result<(), AppendError>>, Failed>;

struct Passenger {
    append: Arc<Append>,
    stream: Stream,
    tell: oneshot::Sender<Landed>,
}

/// What became of a command in a cohort.
pub(crate) enum Landed {
    /// The statement was carried out, and this is what it said of the command.
    Said(Result<(), AppendError>),
    /// The statement failed as a whole.
    Failed(Failed),
}

/// A statement that failed as a whole.
#[derive(Clone, Copy)]
pub(crate) struct Failed {
    /// Whether it may have been carried out all the same: no answer came.
    pub in_doubt: bool,
}

impl Cohorts {
    /// On connections of its own: commands that are being decided cannot keep them from being stored.
    pub(crate) fn new(pool: &PgPool) -> Self {
        Self { connections: planned_once_appending(pool, CONNECTIONS), state: Mutex::default() }
    }

    pub(crate) fn connections(&self) -> &Kept {
        &self.connections
    }

    /// Stores `append` with whatever else is waiting.
    pub(crate) async fn append(self: &Arc<Self>, append: Arc<Append>) -> Landed {
        let (tell, told) = oneshot::channel();
        let stream = (append.aggregate_type, Arc::from(append.aggregate_id.as_str()));
        self.with(|state| state.waiting.push_back(Passenger { append, stream, tell }));
        self.take_off();
        told.await.unwrap_or(Landed::Failed(Failed { in_doubt: true }))
    }

    /// Begins a flight if somebody waits and there is room for one.
    fn take_off(self: &Arc<Self>) {
        let free = self.with(|state| {
            let free = state.flights < FLIGHTS && !state.waiting.is_empty();
            state.flights += usize::from(free);
            free
        });
        if free {
            tokio::spawn(Arc::clone(self).fly());
        }
    }

    async fn fly(self: Arc<Self>) {
        let mut flight = Flight { cohorts: &self, counts: true, connection: None };
        loop {
            // Whoever is about to ask boards as well.
            tokio::task::yield_now().await;
            let Some(cohort) = flight.board() else { return };
            let said = self.carry(&cohort, &mut flight).await;
            cohort.land(said);
            if !flight.counts {
                // Those who waited for its streams have nobody else to wait for.
                self.take_off();
            }
        }
    }

    async fn carry(self: &Arc<Self>, cohort: &Cohort<'_>, flight: &mut Flight<'_>) -> Said {
        let appends: Vec<&Append> = cohort.passengers.iter().map(|passenger| &*passenger.append).collect();
        let connection = flight.connection.take();
        let mut sending = std::pin::pin!(timeout(TOO_LONG, self.send(connection, &appends)));
        let sent = tokio::select! {
            sent = &mut sending => sent,
            () = tokio::time::sleep(LONG) => {
                flight.give_up_place();
                self.take_off();
                sending.await
            }
        };
        let (connection, said) = sent.unwrap_or(Err(Failed { in_doubt: true }))?;
        flight.connection = Some(connection);
        Ok(said)
    }

    /// Sends the statement, on the connection of the flight if it has one by now. A connection that is not
    /// given back is closed: nobody knows what it is at.
    async fn send(
        &self,
        connection: Option<Lent>,
        appends: &[&Append],
    ) -> Result<(Lent, Vec<Result<(), AppendError>>), Failed> {
        let mut connection = match connection {
            Some(connection) => connection,
            None => self.connections.take().await.map_err(|_| Failed { in_doubt: false })?,
        };
        let said = match append_all(&mut *connection, appends).await {
            // Whoever was faster has committed by now.
            Err(AppendError::Conflict | AppendError::ClaimTaken) => {
                append_all(&mut *connection, appends).await
            }
            said => said,
        };
        let said = said.map_err(|error| Failed { in_doubt: error.is_in_doubt() })?;
        Ok((connection, said))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Statements one after the other, as long as somebody waits.
struct Flight<'a> {
    cohorts: &'a Cohorts,
    /// Whether it is one of the [`FLIGHTS`].
    counts: bool,
    /// The connection that the last statement went over.
    connection: Option<Lent>,
}

impl<'a> Flight<'a> {
    /// The next cohort: in order of arrival, one command a stream. Without one, or without a place, the
    /// flight ends in the same instant, so that whoever comes next takes off.
    fn board(&mut self) -> Option<Cohort<'a>> {
        let cohorts = self.cohorts;
        let passengers = cohorts.with(|state| {
            let passengers = if self.counts { state.board() } else { Vec::new() };
            if passengers.is_empty() && std::mem::take(&mut self.counts) {
                state.flights -= 1;
            }
            passengers
        });
        (!passengers.is_empty()).then_some(Cohort { cohorts, passengers })
    }

    fn give_up_place(&mut self) {
        if std::mem::take(&mut self.counts) {
            self.cohorts.with(|state| state.flights -= 1);
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.keep();
        }
        self.give_up_place();
    }
}

impl State {
    /// In the order of their streams, so that statements of two processes wait for each other in one
    /// direction only.
    fn board(&mut self) -> Vec<Passenger> {
        let mut boarded = Vec::new();
        let mut left = VecDeque::new();
        while boarded.len() < MOST
            && let Some(passenger) = self.waiting.pop_front()
        {
            if passenger.tell.is_closed() {
                continue;
            }
            if self.under_way.insert(passenger.stream.clone()) {
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
struct Cohort<'a> {
    cohorts: &'a Cohorts,
    passengers: Vec<Passenger>,
}

impl Cohort<'_> {
    fn land(mut self, said: Said) {
        self.disembark();
        let passengers = std::mem::take(&mut self.passengers);
        let (failed, said) = match said {
            Ok(said) => (Failed { in_doubt: true }, said),
            Err(failed) => (failed, Vec::new()),
        };
        let mut said = said.into_iter();
        for passenger in passengers {
            let landed = said.next().map_or(Landed::Failed(failed), Landed::Said);
            // Whoever asked may have gone away.
            let _ = passenger.tell.send(landed);
        }
    }

    /// From now on others may append to these streams.
    fn disembark(&self) {
        self.cohorts.with(|state| {
            for passenger in &self.passengers {
                state.under_way.remove(&passenger.stream);
            }
        });
    }
}

impl Drop for Cohort<'_> {
    fn drop(&mut self) {
        self.disembark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(state: &mut State, id: &str) -> oneshot::Receiver<Landed> {
        let (tell, told) = oneshot::channel();
        let append = Append {
            aggregate_type: "account",
            aggregate_id: id.to_owned(),
            events: Vec::new(),
            live_keys: Vec::new(),
            effects: Vec::new(),
            snapshot: None,
            in_turn: false,
        };
        let passenger = Passenger { append: Arc::new(append), stream: ("account", Arc::from(id)), tell };
        state.waiting.push_back(passenger);
        told
    }

    fn ids(cohort: &[Passenger]) -> Vec<&str> {
        cohort.iter().map(|passenger| &*passenger.stream.1).collect()
    }

    #[test]
    fn one_command_a_stream_boards_and_nobody_who_went_away() {
        let mut state = State::default();
        let told = ["c", "a", "c", "gone", "b"].map(|id| (id, wait(&mut state, id)));
        let _staying: Vec<_> = told.into_iter().filter(|(id, _)| *id != "gone").collect();
        assert_eq!(ids(&state.board()), ["a", "b", "c"], "in the order of their streams");
        assert!(state.board().is_empty(), "the second command on c waits for the first");
        state.under_way.clear();
        assert_eq!(ids(&state.board()), ["c"]);
    }
}
