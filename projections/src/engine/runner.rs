//! The runner: moves one read model along the log.
//!
//! It reads ahead ([`ReadAhead`]) and folds page by page ([`apply`]), each exactly once, whatever crashes. Any
//! number of processes may run the same read model; its cursor lets one of them work at a time. A process
//! that finds the work done by another stands by: it looks a little later than that one, and begins only
//! when the read model was not moved meanwhile. So one process reads the log for each read model, and
//! when it dies another goes on within moments. Parked streams are tried again a few at a time, between pages,
//! so that they hold up nothing. When a later release has rebuilt the read model in another form, this one
//! leaves it alone.

use std::sync::Arc;
use std::time::Duration;

use event_store::postgres::backoff::Delays;
use event_store::{EventStore, StoreError, log};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::apply::{self, Outcome};
use super::cursor;
use super::parked::{self, Round, Which};
use super::positions::Positions;
use super::projection::Projection;
use super::read_ahead::{Next, POLL, ReadAhead};

/// How much later than the working process the others look.
const STANDBY_DELAY: Duration = Duration::from_millis(80);
/// How often parked streams whose time has come are looked for.
const RETRY_INTERVAL: Duration = Duration::from_secs(60);

/// See the module.
pub struct Runner {
    store: EventStore,
    positions: Positions,
    projection: Arc<dyn Projection>,
}

impl Runner {
    /// A runner for one read model.
    pub fn new(store: EventStore, positions: &Positions, projection: Arc<dyn Projection>) -> Self {
        Self { store, positions: positions.clone(), projection }
    }

    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let name = self.projection.name();
        let mut delays = Delays::new(Duration::from_millis(100), Duration::from_secs(5));
        // A new release may take what the one before could not.
        let mut retries = Retries { round: Round::of(Which::All), at: Instant::now() };
        while !stop.is_cancelled() {
            let run = tokio::select! {
                () = stop.cancelled() => return,
                run = self.follow(&mut delays, &mut retries) => run,
            };
            if let Err(error) = run {
                tracing::warn!(
                    projection = name,
                    error = &error as &dyn std::error::Error,
                    "projection failed; it is started again"
                );
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = delays.wait() => {}
            }
        }
    }

    async fn follow(&self, delays: &mut Delays, retries: &mut Retries) -> Result<(), StoreError> {
        let (name, pool) = (self.projection.name(), self.store.pool());
        cursor::ensure_revision(pool, name.into(), self.projection.revision()).await?;
        loop {
            self.await_own_revision().await?;
            let position = cursor::position(pool, name).await?;
            self.positions.reached(name, position);
            delays.reset();
            self.work(position, delays, retries).await?;
            self.stand_by(retries).await?;
        }
    }

    /// Returns as soon as no later release fills the read model.
    async fn await_own_revision(&self) -> Result<(), StoreError> {
        let (name, pool) = (self.projection.name(), self.store.pool());
        let mut told = false;
        while cursor::revision(pool, name.into()).await? > self.projection.revision() {
            if !told {
                tracing::warn!(
                    projection = name,
                    "projection has a newer revision in the database; standing by"
                );
                told = true;
            }
            self.positions.reached(name, cursor::position(pool, name).await?);
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Folds what comes after `position`, until another process moves the read model.
    async fn work(
        &self,
        position: i64,
        delays: &mut Delays,
        retries: &mut Retries,
    ) -> Result<(), StoreError> {
        let name = self.projection.name();
        let awaited = self.positions.awaited(name);
        let from = |position| {
            ReadAhead::start(
                &self.store,
                &*self.projection,
                name.into(),
                position,
                Some(Arc::clone(&awaited)),
            )
        };
        let mut ahead = from(position);
        // Its own for as long as it is the one at work.
        let mut connection = self.store.pool().acquire().await.map_err(StoreError::from)?;
        loop {
            // At random where both can be done, so that neither keeps the other from it.
            let next = tokio::select! {
                next = ahead.next() => next?,
                () = tokio::time::sleep_until(retries.at) => {
                    self.retry(retries).await?;
                    continue;
                }
            };
            match next {
                Next::CaughtUp(position) => self.positions.reached(name, position),
                Next::Page(read) => {
                    match apply::fold(&mut connection, &*self.projection, name.into(), &read).await? {
                        Outcome::Folded => self.positions.reached(name, read.page.last),
                        Outcome::Purged => ahead = from(read.page.after),
                        Outcome::NotAtCursor | Outcome::NewerRevision => return Ok(()),
                    }
                }
            }
            delays.reset();
        }
    }

    /// Returns when the read model is not moved although there is something to fold.
    async fn stand_by(&self, retries: &mut Retries) -> Result<(), StoreError> {
        let (name, pool) = (self.projection.name(), self.store.pool());
        let mut head = self.store.head().subscribe();
        loop {
            self.retry(retries).await?;
            let before = cursor::position(pool, name).await?;
            self.positions.reached(name, before);
            log::wait_beyond(&mut head, before, POLL).await;
            tokio::time::sleep(STANDBY_DELAY).await;
            let waiting = log::newest_position(pool).await? > before;
            if waiting && cursor::position(pool, name).await? == before {
                return Ok(());
            }
        }
    }

    /// Tries some of the parked streams again, if it is time.
    async fn retry(&self, retries: &mut Retries) -> Result<(), StoreError> {
        if Instant::now() < retries.at {
            return Ok(());
        }
        let retried = parked::retry_some(&self.store, &*self.projection, &mut retries.round).await?;
        if retried.streams > 0 {
            tracing::info!(
                projection = self.projection.name(),
                streams = retried.streams,
                still_parked = retried.still_parked,
                events = retried.folded,
                "parked streams retried"
            );
        }
        if retries.round.is_done() {
            *retries = Retries { round: Round::of(Which::Due), at: Instant::now() + RETRY_INTERVAL };
        }
        Ok(())
    }
}

/// When parked streams are tried again, and how far that has come.
struct Retries {
    round: Round,
    at: Instant,
}
