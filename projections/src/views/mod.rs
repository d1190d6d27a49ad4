//! The read models, and one handle to all of them and to how far they have come.

// A new event must be thought of by every read model: the compiler names the places.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

pub mod account;
pub mod history;
pub mod organization;
pub mod privacy_request;
pub mod project;
mod purge;
pub mod timer;

use std::sync::Arc;
use std::time::Duration;

use event_store::{BatchLoader, EventStore, KeyRing, PinnedPool, StoreError};
use sqlx::PgPool;
use tokio::sync::watch;

use crate::engine::parked::{self, ParkedEvent};
use crate::engine::{Positions, Projection};
use account::SealedAccount;

/// Every read model.
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
    positions: Positions,
    lookups: PinnedPool,
    accounts: BatchLoader<String, SealedAccount>,
    /// Whose keys open what is personal.
    store: Option<EventStore>,
    pub(crate) request_versions: BatchLoader<String, i64>,
}

impl Views {
    /// The read models in `pool`, without the keys to what is personal in them.
    pub fn new(pool: PgPool) -> Self {
        Self::with_keys(pool, None)
    }

    /// The read models beside the events of `store`, whose keys open what is personal in them.
    pub fn of(store: &EventStore) -> Self {
        Self::with_keys(store.pool().clone(), Some(store.clone()))
    }

    fn with_keys(pool: PgPool, store: Option<EventStore>) -> Self {
        let names = all().into_iter().map(|projection| projection.name());
        let lookups = event_store::lookups(&pool);
        let accounts = account::loader(lookups.clone());
        let request_versions = privacy_request::version_loader(lookups.clone());
        Self { pool, positions: Positions::of(names), lookups, accounts, request_versions, store }
    }

    /// Closes the connections that are its own.
    pub async fn close(&self) {
        self.lookups.close().await;
    }

    /// How far the read models have come, as far as this process knows.
    pub fn positions(&self) -> &Positions {
        &self.positions
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The keys, where there are any.
    pub(crate) fn keys(&self) -> Option<&KeyRing> {
        self.store.as_ref().map(|store| &**store.keys())
    }

    pub(crate) fn accounts(&self) -> &BatchLoader<String, SealedAccount> {
        &self.accounts
    }

    /// Follows how far a read model has come, as far as this process knows.
    pub fn follow(&self, name: &str) -> Option<watch::Receiver<i64>> {
        self.positions.follow(name)
    }

    /// Waits until read model `name` has come to `position`; false when `patience` ends before that.
    pub async fn wait_for(&self, name: &str, position: i64, patience: Duration) -> Result<bool, StoreError> {
        self.positions.wait_for(&self.pool, name, position, patience).await
    }

    /// Parked events in the order of the log, after `(position, read model)` if given.
    pub async fn parked_list(
        &self,
        after: Option<(i64, &str)>,
        limit: i64,
    ) -> Result<Vec<ParkedEvent>, StoreError> {
        parked::list(&self.pool, after, limit).await
    }

    /// How many events these read models have parked.
    pub async fn parked_count(&self, projections: &[&str]) -> Result<i64, StoreError> {
        parked::count(&self.pool, projections).await
    }
}
