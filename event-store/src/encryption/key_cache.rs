//! Data keys in memory, for a bounded time.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;

use super::cipher::DataKey;
use super::key_name::KeyName;

/// How long a key may be used without asking the database whether it still lives. Appends ask in
/// their own statement, and a history asks each time; this bounds the rest.
const LIFE: Duration = Duration::from_secs(30);
/// Keys of each kind of look-up.
const SIZE: u64 = 100_000;

/// Keys that were active when they were last asked for.
pub(super) struct KeyCache {
    active: Cache<KeyName, Arc<DataKey>>,
    by_id: Cache<Uuid, Arc<DataKey>>,
}

impl KeyCache {
    pub(super) fn new() -> Self {
        let active = Cache::builder().max_capacity(SIZE).time_to_live(LIFE).support_invalidation_closures();
        Self { active: active.build(), by_id: Cache::builder().max_capacity(SIZE).time_to_live(LIFE).build() }
    }

    /// The active key of this name.
    pub(super) async fn active(&self, name: &KeyName) -> Option<Arc<DataKey>> {
        self.active.get(name).await
    }

    pub(super) async fn by_id(&self, id: &Uuid) -> Option<Arc<DataKey>> {
        self.by_id.get(id).await
    }

    /// Keeps a key that was unwrapped, by its id alone.
    pub(super) async fn put(&self, key: Arc<DataKey>) {
        self.by_id.insert(key.id, key).await;
    }

    /// Keeps the active key of this name.
    pub(super) async fn put_active(&self, name: KeyName, key: Arc<DataKey>) {
        self.put(Arc::clone(&key)).await;
        self.active.insert(name, key).await;
    }

    pub(super) async fn evict(&self, name: &KeyName) {
        if let Some(key) = self.active.remove(name).await {
            self.by_id.invalidate(&key.id).await;
        }
    }

    pub(super) async fn evict_ids(&self, ids: Vec<Uuid>) {
        for id in &ids {
            self.by_id.invalidate(id).await;
        }
        // Fails only without the support that the cache is built with.
        let _ = self.active.invalidate_entries_if(move |_, key| ids.contains(&key.id));
    }

    pub(super) fn forget_everything(&self) {
        self.active.invalidate_all();
        self.by_id.invalidate_all();
    }
}
