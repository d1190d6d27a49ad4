//! The read models, and one handle to all of them and to how far they have come.

pub mod account;
pub mod history;
pub mod organization;
pub mod privacy_request;
pub mod project;
mod purge;
pub mod timer;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_store::{BatchLoader, EventStore, KeyRing, PinnedPool, StoreError};
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use crate::engine::{Projection, cursor};
use account::Closed;

/// How often the checkpoint is asked for while a runner in another process is awaited.
const POLL: Duration = Duration::from_millis(10);

/// Every read model of the house.
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(account::AccountProjection),
        Arc::new(organization::OrganizationProjection),
        Arc::new(project::ProjectProjection),
        Arc::new(privacy_request::PrivacyRequestProjection),
        Arc::new(timer::TimerProjection),
        Arc::new(history::HistoryProjection),
    ]
}

/// The read model of this name.
pub fn find(name: &str) -> Option<Arc<dyn Projection>> {
    all().into_iter().find(|projection| projection.name() == name)
}

/// See the module; clones share everything.
#[derive(Clone)]
pub struct Views {
    pool: PgPool,
    progress: Arc<HashMap<&'static str, Progress>>,
    lookups: PinnedPool,
    accounts: BatchLoader<String, Closed>,
    /// Whose keys open what is personal.
    store: Option<EventStore>,
    pub(crate) request_versions: BatchLoader<String, i64>,
}

/// How far a read model has come, as far as this process knows.
#[derive(Default)]
struct Progress {
    position: watch::Sender<i64>,
    /// Rung when somebody waits for it.
    awaited: Arc<Notify>,
}

impl Views {
    /// The read models in `pool`, for who has no key to what is personal in them.
    pub fn new(pool: PgPool) -> Self {
        Self::with_keys(pool, None)
    }

    /// The read models beside the events of `store`, whose keys open what is personal in them.
    pub fn of(store: &EventStore) -> Self {
        Self::with_keys(store.pool().clone(), Some(store.clone()))
    }

    fn with_keys(pool: PgPool, store: Option<EventStore>) -> Self {
        let names = all().into_iter().map(|projection| projection.name());
        let progress = names.map(|name| (name, Progress::default())).collect();
        let lookups = event_store::lookups(&pool);
        let accounts = account::gather(lookups.clone());
        let request_versions = privacy_request::gather_versions(lookups.clone());
        Self { pool, progress: Arc::new(progress), lookups, accounts, request_versions, store }
    }

    /// Closes the connections that are its own.
    pub async fn close(&self) {
        self.lookups.close().await;
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The keys, for who has them.
    pub(crate) fn keys(&self) -> Option<&KeyRing> {
        self.store.as_ref().map(|store| &**store.keys())
    }

    pub(crate) fn accounts(&self) -> &BatchLoader<String, Closed> {
        &self.accounts
    }

    /// A read model has come to `position`.
    pub(crate) fn moved(&self, name: &str, position: i64) {
        if let Some(progress) = self.progress.get(name) {
            progress.position.send_if_modified(|known| {
                let news = position > *known;
                *known = position.max(*known);
                news
            });
        }
    }

    /// Follows how far a read model has come, as far as this process knows.
    pub fn follow(&self, name: &str) -> Option<watch::Receiver<i64>> {
        self.progress.get(name).map(|progress| progress.position.subscribe())
    }

    /// Rung when somebody waits for a read model to come further.
    pub(crate) fn awaited(&self, name: &str) -> Arc<Notify> {
        self.progress.get(name).map(|progress| Arc::clone(&progress.awaited)).unwrap_or_default()
    }

    /// Waits until read model `name` has come to `position`; false when `patience` ends before that.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn wait_for(&self, name: &str, position: i64, patience: Duration) -> Result<bool, StoreError> {
        let Some(mut progress) = self.follow(name) else { return Ok(false) };
        let awaited = self.awaited(name);
        let deadline = Instant::now() + patience;
        loop {
            if *progress.borrow_and_update() >= position {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            awaited.notify_one();
            if timeout(POLL, progress.changed()).await.is_err() {
                self.moved(name, cursor::position(&self.pool, name).await?);
            }
        }
    }
}
