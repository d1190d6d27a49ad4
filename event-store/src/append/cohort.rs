//! Cohorts: commands that wait while an append is on its way travel together in the next.
//!
//! Nothing waits when nothing is on its way, so an idle service answers as fast as without them; under
//! load a commit, and its wait for the disk, is shared by as many commands as came meanwhile. Commands on
//! one stream never travel together nor at the same time: the second would only break the statement of
//! the first. When a statement fails as a whole, each of its commands is told so and goes alone.
//!
//! A flight is a task of its own: a caller that goes away does not take its neighbours with it.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::oneshot;

use super::statement::append_all;
use super::{Append, AppendError};

/// Statements on their way at once. One is best where the server has few cores: the longer it takes, the
/// more commands share the next.
const FLIGHTS: usize = 1;
/// A statement that takes longer than this waits for a lock of somebody else, and does not count any more:
/// it shall hold up nobody but its own passengers.
const LONG: Duration = Duration::from_millis(500);
/// Commands in one statement.
const MOST: usize = 128;
/// Connections: one for each flight, and some for those that wait for a lock.
const CONNECTIONS: u32 = 6;

/// The commands of this process that are being stored.
pub(crate) struct Cohorts {
    pool: PgPool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Passenger>,
    /// The streams that statements on their way append to.
    under_way: HashSet<Stream>,
    flights: usize,
}

type Stream = (&'static str, String);

/// What a statement said of each command, or why it failed as a whole.
type Said = Result<Vec<Result<(), AppendError>>, AppendError>;

struct Passenger {
    append: Arc<Append>,
    tell: oneshot::Sender<Landed>,
}

/// What became of a command in a cohort.
pub(crate) enum Landed {
    /// The statement was carried out, and this is what it said of the command.
    Said(Result<(), AppendError>),
    /// The statement failed as a whole. Nothing of it was stored, unless the connection broke.
    Failed,
}

impl Cohorts {
    /// On connections of its own: commands that are being decided cannot keep them from being stored.
    pub(crate) fn new(pool: &PgPool) -> Self {
        // The statement is planned once: with hundreds of values at hand PostgreSQL would rather plan it
        // anew each time, which takes longer than carrying it out.
        let options = (*pool.connect_options()).clone().options([("plan_cache_mode", "force_generic_plan")]);
        let pool = pool.options().clone().max_connections(CONNECTIONS).connect_lazy_with(options);
        Self { pool, state: Mutex::default() }
    }

    /// Stores `append` with whatever else is waiting.
    pub(crate) async fn append(self: &Arc<Self>, append: Arc<Append>) -> Landed {
        let (tell, told) = oneshot::channel();
        self.with(|state| state.waiting.push_back(Passenger { append, tell }));
        self.take_off();
        told.await.unwrap_or(Landed::Failed)
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
        let mut flight = Flight { cohorts: &self, counts: true };
        while let Some(cohort) = flight.board() {
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
        let mut statement = std::pin::pin!(append_all(&self.pool, &appends));
        tokio::select! {
            said = &mut statement => said,
            () = tokio::time::sleep(LONG) => {
                flight.give_up_place();
                self.take_off();
                statement.await
            }
        }
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
        self.give_up_place();
    }
}

impl State {
    fn board(&mut self) -> Vec<Passenger> {
        let mut boarded = Vec::new();
        let mut left = VecDeque::new();
        while boarded.len() < MOST
            && let Some(passenger) = self.waiting.pop_front()
        {
            if self.under_way.insert(passenger.stream()) {
                boarded.push(passenger);
            } else {
                left.push_back(passenger);
            }
        }
        left.append(&mut self.waiting);
        self.waiting = left;
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
        let mut said = said.ok().filter(|said| said.len() == passengers.len()).map(Vec::into_iter);
        for passenger in passengers {
            let landed = said.as_mut().and_then(Iterator::next).map_or(Landed::Failed, Landed::Said);
            // Whoever asked may have gone away.
            let _ = passenger.tell.send(landed);
        }
    }

    /// From now on others may append to these streams.
    fn disembark(&self) {
        self.cohorts.with(|state| {
            for passenger in &self.passengers {
                state.under_way.remove(&passenger.stream());
            }
        });
    }
}

impl Drop for Cohort<'_> {
    fn drop(&mut self) {
        self.disembark();
    }
}

impl Passenger {
    fn stream(&self) -> Stream {
        (self.append.aggregate_type, self.append.aggregate_id.clone())
    }
}
