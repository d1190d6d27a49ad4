//! Rebuilding a read model beside the live one.
//!
//! New tables of the same names are filled in a schema of their own, with a cursor of their own, while the
//! live ones go on being read and moved. When they have caught up, one transaction puts them in the place
//! of the live ones, together with the cursor and the parked events. Readers wait for that transaction
//! and see the whole of the new tables after it; never half, and never an earlier position than before.
//!
//! One rebuild of a read model runs at a time: it holds a lock on the very connection that
//! writes. It may be killed at any moment: the next one goes on where it was, or begins anew when the tables
//! have another form by now. Transactions are short (indexes are made without one), because the order of new
//! events waits for those that write.

mod error;
mod page;
mod swap;
mod tables;

use std::time::Duration;

use event_store::postgres::backoff::Delays;
use event_store::postgres::leader::{self, Leadership};
use event_store::{EventStore, StoreError, log};
use sqlx::{PgConnection, PgPool};

use crate::engine::cursor::{self, CursorName};
use crate::engine::projection::Projection;
use crate::engine::read_ahead::{Next, ReadAhead};
pub use error::RebuildError;
use page::fold;
use swap::Swapped;
use tables::RebuildTables;

/// The longest wait between attempts to swap: each that waits for readers keeps the order of events waiting too.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What a rebuild is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Folding the log into the new tables.
    Filling,
    /// Making their indexes.
    Indexing,
    /// Putting them in the place of the live ones.
    Swapping,
}

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// The newest position folded.
    pub position: i64,
    /// The newest position of the log, when it was last asked for.
    pub head: i64,
}

/// Where a rebuild begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Where an earlier one was broken off, if there was one and its tables still fit.
    Resume,
    /// At the beginning of the log.
    Anew,
}

/// Rebuilds a read model; returns the position at which it took the place of the live one. `report` is
/// called after each page.
///
/// # Errors
/// See [`RebuildError`].
pub async fn rebuild(
    store: &EventStore,
    projection: &dyn Projection,
    start: Start,
    report: &mut (dyn FnMut(Progress) + Send),
) -> Result<i64, RebuildError> {
    let lead = Leadership::take(store.pool(), &duty(projection.name())).await?;
    let mut leadership = lead.ok_or(RebuildError::UnderWay)?;
    let rebuilt = Rebuild::of(store, projection, report).run(leadership.connection(), start).await;
    leadership.resign().await;
    rebuilt
}

/// Whether a process is rebuilding `name` now.
pub(crate) async fn is_under_way(pool: &PgPool, name: &str) -> Result<bool, StoreError> {
    leader::is_led(pool, &duty(name)).await
}

/// The table of a rebuild beside the live `table`.
pub(crate) fn table(table: &str) -> String {
    format!("{}.{table}", tables::SCHEMA)
}

fn duty(name: &str) -> String {
    format!("rebuild {name}")
}

struct Rebuild<'a> {
    store: &'a EventStore,
    projection: &'a dyn Projection,
    /// The name of its cursor.
    name: CursorName<'static>,
    report: &'a mut (dyn FnMut(Progress) + Send),
}

impl<'a> Rebuild<'a> {
    fn of(
        store: &'a EventStore,
        projection: &'a dyn Projection,
        report: &'a mut (dyn FnMut(Progress) + Send),
    ) -> Self {
        Self { store, projection, name: CursorName::of_rebuild(projection.name()), report }
    }

    async fn run(mut self, db: &mut PgConnection, start: Start) -> Result<i64, RebuildError> {
        cursor::ensure(self.store.pool(), self.projection.name()).await?;
        if cursor::revision(&mut *db, self.projection.name().into()).await? > self.projection.revision() {
            return Err(RebuildError::OfLaterRelease);
        }
        let tables = RebuildTables::open(db, self.projection).await?;
        let resumed = start == Start::Resume && tables.can_resume(db, self.name).await?;
        if !resumed {
            tables.create(db, self.name).await?;
        }
        let mut position = self.fill(db).await?;
        self.tell(Phase::Indexing, position).await?;
        tables.create_missing_indexes(db).await?;
        let mut delays = Delays::new(Duration::from_millis(50), LONGEST_WAIT);
        loop {
            // What came while indexes were made, or while the swap had to wait.
            position = self.fill(db).await?.max(position);
            self.tell(Phase::Swapping, position).await?;
            match swap::swap(self.store, db, self.projection, &tables, self.name).await? {
                Swapped::At(position) => return Ok(position),
                Swapped::NotYet => delays.wait().await,
            }
        }
    }

    /// Folds up to the end of the log; the position there.
    async fn fill(&mut self, db: &mut PgConnection) -> Result<i64, RebuildError> {
        let position = cursor::position(&mut *db, self.name).await?;
        let (store, projection, name) = (self.store, self.projection, self.name);
        let from = |position| ReadAhead::start(store, projection, name, position, None);
        let mut ahead = from(position);
        loop {
            match ahead.next().await? {
                Next::CaughtUp(position) => return Ok(position),
                Next::Page(read) => {
                    if fold(db, projection, name, &read).await? {
                        self.tell(Phase::Filling, read.page.last).await?;
                    } else {
                        ahead = from(read.page.after);
                    }
                }
            }
        }
    }

    async fn tell(&mut self, phase: Phase, position: i64) -> Result<(), StoreError> {
        let head = log::newest_position(self.store.pool()).await?;
        (self.report)(Progress { phase, position, head });
        Ok(())
    }
}
