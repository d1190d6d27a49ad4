//! The event log: every event in the one order of everything.
//!
//! The [`sequencer`] gives events their positions; a reader has a [`subscription`], or waits for the [`LogHead`].

pub(crate) mod appenders;
mod entry;
pub(crate) mod epoch;
mod head;
pub mod lag;
pub(crate) mod position_cache;
mod position_token;
mod positions;
pub(crate) mod row;
pub mod sequencer;
pub mod subscription;

use std::sync::Arc;

use domain::Upcasters;
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;

pub use entry::{LogEntry, open, read_at, read_newest_of};
pub(crate) use head::CHANNEL;
pub use head::{LogHead, follow_head, wait_beyond};
use position_cache::PositionCache;
pub use positions::{newest_position, position_before, position_beyond, recorded_at};
pub use sequencer::Sequencer;

use crate::encryption::KeyRing;
use crate::error::StoreError;
use crate::postgres::{BatchLoader, PinnedPool};

/// A handle to the log; clones share everything.
#[derive(Clone)]
pub struct Log {
    pool: PgPool,
    /// For what must not wait until another connection is free.
    urgent: PgPool,
    /// Connections for those who follow it.
    reading: PinnedPool,
    keys: Arc<KeyRing>,
    upcasters: Upcasters,
    head: Arc<LogHead>,
    /// Where the sequencer of this process has placed the newest events.
    position_cache: Arc<PositionCache>,
    positions: BatchLoader<Uuid, i64>,
    /// Notified after each append of this process, so that a sequencer in it need not poll.
    appended: Arc<Notify>,
}

impl Log {
    pub(crate) fn new(
        (pool, urgent): (PgPool, PgPool),
        (lookups, reading): (PinnedPool, PinnedPool),
        keys: Arc<KeyRing>,
        upcasters: Upcasters,
    ) -> Self {
        Self {
            pool,
            urgent,
            reading,
            keys,
            upcasters,
            head: Arc::default(),
            position_cache: Arc::default(),
            positions: positions::loader(lookups),
            appended: Arc::default(),
        }
    }

    /// How far it has come, as far as this process knows.
    pub fn head(&self) -> &LogHead {
        &self.head
    }

    /// Connections for those who follow it.
    pub fn reading(&self) -> &PinnedPool {
        &self.reading
    }

    /// Tells the sequencer of this process that something was appended.
    pub(crate) fn notify_appended(&self) {
        self.appended.notify_one();
    }

    /// Makes sure that new events sort after those a dump may have brought: to be called before anything
    /// is appended.
    ///
    /// # Errors
    /// When the store fails, or the role may not alter the table after a restore.
    pub async fn check_epoch(&self) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        epoch::begin_if_restored(&mut connection).await?;
        Ok(())
    }
}
