//! The runner: moves one read model along the log.
//!
//! Read the log after the checkpoint; then, in one transaction, take the checkpoint, make sure that it is
//! still where it was, fold, write, and move it. So every event has its effect exactly once, whatever crashes: a batch is there
//! whole, with its checkpoint, or not at all. Any number of processes may run the same projection;
//! the checkpoint row lets one of them work at a time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use event_store::log::{self, Freshness, LogEntry};
use event_store::retry::Delays;
use event_store::{EventStore, StoreError};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use crate::checkpoint;
use crate::views::Views;

/// Entries folded in one transaction.
const BATCH: i64 = 1_000;
/// How long to wait before looking again although no news came.
const POLL: Duration = Duration::from_secs(1);
/// How long to leave the work to another process that has the checkpoint.
const ELSEWHERE: Duration = Duration::from_millis(20);

/// A read model.
#[async_trait]
pub trait Projection: Send + Sync + 'static {
    /// Its name: that of its checkpoint, never changed.
    fn name(&self) -> &'static str;

    /// Whether it has anything to do with an entry.
    fn wants(&self, entry: &LogEntry) -> bool;

    /// Whether it needs personal values opened.
    fn opens(&self) -> bool {
        false
    }

    /// Folds entries, given in order and each exactly once, into its tables.
    async fn project(&self, db: &mut PgConnection, entries: &[LogEntry]) -> Result<(), StoreError>;
}

/// See the module.
pub struct Runner {
    store: EventStore,
    views: Views,
    projection: Arc<dyn Projection>,
}

/// What a batch came to.
enum Turn {
    /// Read up to this position; there may be more.
    Moved(i64),
    /// Nothing after this position.
    AtHead(i64),
    /// Another process has the checkpoint.
    Elsewhere,
}

impl Runner {
    /// A runner for one read model.
    pub fn new(store: EventStore, views: Views, projection: Arc<dyn Projection>) -> Self {
        Self { store, views, projection }
    }

    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let name = self.projection.name();
        let mut delays = Delays::new(Duration::from_millis(100), Duration::from_secs(5));
        while !stop.is_cancelled() {
            let run = tokio::select! {
                () = stop.cancelled() => return,
                run = self.follow(&mut delays) => run,
            };
            if let Err(error) = run {
                tracing::warn!(
                    projection = name,
                    error = &error as &dyn std::error::Error,
                    "a projection stopped"
                );
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = delays.wait() => {}
            }
        }
    }

    async fn follow(&self, delays: &mut Delays) -> Result<(), StoreError> {
        checkpoint::ensure(self.store.pool(), self.projection.name()).await?;
        let mut head = self.store.head().subscribe();
        loop {
            let turn = self.turn().await?;
            delays.reset();
            match turn {
                Turn::Moved(position) => self.views.moved(self.projection.name(), position),
                Turn::AtHead(position) => {
                    self.views.moved(self.projection.name(), position);
                    log::wait_beyond(&mut head, position, POLL).await;
                }
                Turn::Elsewhere => tokio::time::sleep(ELSEWHERE).await,
            }
        }
    }

    /// Everything is read and opened before the transaction begins, which is then short: while it runs, the
    /// order of new events waits for it.
    async fn turn(&self) -> Result<Turn, StoreError> {
        let name = self.projection.name();
        let pool = self.store.pool();
        let position = checkpoint::position(pool, name).await?;
        let mut entries = log::read_after(pool, position, BATCH).await?;
        let Some(last) = entries.last().map(|entry| entry.position) else {
            return Ok(Turn::AtHead(position));
        };
        entries.retain(|entry| self.projection.wants(entry));
        if self.projection.opens() {
            entries = log::open(self.store.keys(), entries, Freshness::Cached).await?;
        }
        let mut transaction = pool.begin().await?;
        if checkpoint::take(&mut transaction, name).await? != Some(position) {
            return Ok(Turn::Elsewhere);
        }
        self.projection.project(&mut transaction, &entries).await?;
        checkpoint::advance(&mut *transaction, name, last).await?;
        transaction.commit().await?;
        Ok(Turn::Moved(last))
    }
}
