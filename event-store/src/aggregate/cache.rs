//! Aggregates as this process last saw them, so that a busy one is not read again for each command.
//!
//! What is here may be out of date: another process may have appended. That does no harm to a
//! command that leads to events, since the append compares the version; a caller that decides otherwise must
//! [confirm](super::load::Loader::is_current) it first. What a destroyed key opened is dropped when this process
//! destroys it, and is used no longer than [`LIFE`] after it was read when another does, like the keys
//! themselves.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::sync::Cache;
use uuid::Uuid;

/// How long an aggregate may be used after it was read, however often it was written since.
const LIFE: Duration = Duration::from_secs(30);
/// Aggregates kept at most.
const MAX_ENTRIES: u64 = 20_000;

/// An aggregate, folded.
pub(crate) struct Loaded<A> {
    pub aggregate: A,
    /// How many events it has.
    pub version: u64,
    /// The version of its newest snapshot.
    pub snapshot_version: u64,
    /// The keys that opened what is in it.
    pub keys: Arc<BTreeSet<Uuid>>,
    /// When the keys were last known to live.
    pub read_at: Instant,
}

/// See the module.
pub(crate) struct AggregateCache {
    aggregates: Cache<(&'static str, String), Entry>,
}

#[derive(Clone)]
struct Entry {
    loaded: Arc<dyn Any + Send + Sync>,
    version: u64,
    read_at: Instant,
    keys: Arc<BTreeSet<Uuid>>,
}

impl AggregateCache {
    pub(crate) fn new() -> Self {
        let cache =
            Cache::builder().max_capacity(MAX_ENTRIES).time_to_live(LIFE).support_invalidation_closures();
        Self { aggregates: cache.build() }
    }

    pub(crate) fn get<A: 'static + Send + Sync>(
        &self,
        aggregate_type: &'static str,
        id: &str,
    ) -> Option<Arc<Loaded<A>>> {
        let entry = self.aggregates.get(&(aggregate_type, id.to_owned()))?;
        if entry.read_at.elapsed() > LIFE {
            return None;
        }
        entry.loaded.downcast().ok()
    }

    pub(crate) fn put<A: 'static + Send + Sync>(
        &self,
        aggregate_type: &'static str,
        id: &str,
        loaded: Loaded<A>,
    ) {
        let (version, read_at, keys) = (loaded.version, loaded.read_at, Arc::clone(&loaded.keys));
        let entry = Entry { loaded: Arc::new(loaded), version, read_at, keys };
        self.aggregates.insert((aggregate_type, id.to_owned()), entry);
    }

    /// Forgets an aggregate, unless it is known as it stood after `version`.
    pub(crate) fn evict(&self, aggregate_type: &'static str, id: &str, version: u64) {
        let key = (aggregate_type, id.to_owned());
        if self.aggregates.get(&key).is_some_and(|entry| entry.version <= version) {
            self.aggregates.invalidate(&key);
        }
    }

    pub(crate) fn forget_everything(&self) {
        self.aggregates.invalidate_all();
    }

    /// Drops what one of these keys opened.
    pub(crate) fn evict_opened_by(&self, destroyed: BTreeSet<Uuid>) {
        // Fails only without the support that the cache was built with.
        let _ = self.aggregates.invalidate_entries_if(move |_, entry| !entry.keys.is_disjoint(&destroyed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(version: u64, read_at: Instant) -> Loaded<u8> {
        Loaded { aggregate: 7, version, snapshot_version: 0, keys: Arc::default(), read_at }
    }

    #[test]
    fn whoever_was_too_late_does_not_forget_what_the_faster_one_knows() {
        let recent = AggregateCache::new();
        recent.put("account", "a", read(4, Instant::now()));
        recent.evict("account", "a", 3);
        assert!(recent.get::<u8>("account", "a").is_some());
        recent.evict("account", "a", 4);
        assert!(recent.get::<u8>("account", "a").is_none());
    }

    #[test]
    fn what_was_read_long_ago_is_read_again_however_often_it_was_written() {
        let recent = AggregateCache::new();
        let long_ago = Instant::now().checked_sub(LIFE * 2).unwrap();
        recent.put("account", "a", read(4, long_ago));
        assert!(recent.get::<u8>("account", "a").is_none());
    }
}
