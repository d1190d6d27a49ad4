//! Aggregates as this process last saw them, so that a busy one is not read again for each command.
//!
//! What is here may be out of date: another process may have appended. That does no harm to a
//! command that leads to events, since the append compares the version; whoever decides otherwise must
//! [confirm](crate::load::is_current) it first. What a destroyed key opened is dropped when this process
//! destroys it, and lives no longer than [`LIFE`] when another does, like the keys themselves.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use uuid::Uuid;

use crate::load::Loaded;

/// How long an aggregate may be here without having been read or written anew.
const LIFE: Duration = Duration::from_secs(30);
/// Aggregates kept at most.
const MOST: u64 = 20_000;

/// See the module.
pub(crate) struct Recent {
    aggregates: Cache<(&'static str, String), Entry>,
}

#[derive(Clone)]
struct Entry {
    loaded: Arc<dyn Any + Send + Sync>,
    keys: Arc<BTreeSet<Uuid>>,
}

impl Recent {
    pub(crate) fn new() -> Self {
        let cache = Cache::builder().max_capacity(MOST).time_to_live(LIFE).support_invalidation_closures();
        Self { aggregates: cache.build() }
    }

    pub(crate) fn get<A: 'static + Send + Sync + Clone>(
        &self,
        aggregate_type: &'static str,
        id: &str,
    ) -> Option<Loaded<A>> {
        let entry = self.aggregates.get(&(aggregate_type, id.to_owned()))?;
        entry.loaded.downcast_ref::<Loaded<A>>().cloned()
    }

    pub(crate) fn put<A: 'static + Send + Sync>(
        &self,
        aggregate_type: &'static str,
        id: &str,
        loaded: Loaded<A>,
    ) {
        let keys = Arc::new(loaded.keys.clone());
        self.aggregates.insert((aggregate_type, id.to_owned()), Entry { loaded: Arc::new(loaded), keys });
    }

    pub(crate) fn forget(&self, aggregate_type: &'static str, id: &str) {
        self.aggregates.invalidate(&(aggregate_type, id.to_owned()));
    }

    pub(crate) fn forget_everything(&self) {
        self.aggregates.invalidate_all();
    }

    /// Drops what one of these keys opened.
    pub(crate) fn forget_opened_by(&self, destroyed: BTreeSet<Uuid>) {
        // Fails only without the support that the cache was built with.
        let _ = self.aggregates.invalidate_entries_if(move |_, entry| !entry.keys.is_disjoint(&destroyed));
    }
}
