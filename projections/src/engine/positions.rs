//! How far the read models have come, as far as this process knows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_store::StoreError;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::cursor;

/// How often the cursor is read while a runner in another process is awaited.
const POLL: Duration = Duration::from_millis(10);

/// The newest known position of each read model; clones share it.
#[derive(Clone)]
pub struct Positions(Arc<HashMap<&'static str, Known>>);

/// What is known of one read model.
#[derive(Default)]
struct Known {
    position: watch::Sender<i64>,
    /// Rung when a caller waits for it.
    awaited: Arc<Notify>,
}

impl Positions {
    /// Those of the read models of these names, of which nothing is known yet.
    pub(crate) fn of(names: impl Iterator<Item = &'static str>) -> Self {
        Self(Arc::new(names.map(|name| (name, Known::default())).collect()))
    }

    /// The read model `name` has come to `position`.
    pub(crate) fn reached(&self, name: &str, position: i64) {
        if let Some(known) = self.0.get(name) {
            known.position.send_if_modified(|newest| {
                let news = position > *newest;
                *newest = position.max(*newest);
                news
            });
        }
    }

    /// Follows the position of a read model.
    pub(crate) fn follow(&self, name: &str) -> Option<watch::Receiver<i64>> {
        self.0.get(name).map(|known| known.position.subscribe())
    }

    /// Rung when a caller waits for a read model to come further.
    pub(crate) fn awaited(&self, name: &str) -> Arc<Notify> {
        self.0.get(name).map(|known| Arc::clone(&known.awaited)).unwrap_or_default()
    }

    /// Waits until read model `name` has come to `position`; false when `patience` ends before that.
    pub(crate) async fn wait_for(
        &self,
        pool: &PgPool,
        name: &str,
        position: i64,
        patience: Duration,
    ) -> Result<bool, StoreError> {
        let Some(mut newest) = self.follow(name) else { return Ok(false) };
        let awaited = self.awaited(name);
        let deadline = Instant::now() + patience;
        loop {
            if *newest.borrow_and_update() >= position {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            awaited.notify_one();
            if timeout(POLL, newest.changed()).await.is_err() {
                self.reached(name, cursor::position(pool, name).await?);
            }
        }
    }
}
