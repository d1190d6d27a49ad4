//! The key ring: data keys of subjects, made when first needed, [cached](super::key_cache) for a bounded time,
//! destroyed for ever.
//!
//! What is asked *fresh* is asked of the [table](super::key_table) each time: what was erased by another process is not used
//! once more. All else may be [a moment](super::key_cache) out of date.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::Services;
use futures::future::try_join_all;
use sqlx::PgPool;
use uuid::Uuid;

use super::cipher::DataKey;
use super::key_cache::KeyCache;
use super::key_name::{DestroyedKey, KeyName};
use super::key_table::{Inserted, KeyTable, NewKey};
use super::master::{KeyProvider, WrappedKey};
use crate::error::{SealError, StoreError};
use crate::postgres::PinnedPool;

/// All data keys.
pub struct KeyRing {
    provider: Arc<dyn KeyProvider>,
    services: Services,
    table: KeyTable,
    cache: KeyCache,
}

impl KeyRing {
    pub(crate) fn new(
        pool: PgPool,
        lookups: PinnedPool,
        provider: Arc<dyn KeyProvider>,
        services: Services,
    ) -> Self {
        Self { provider, services, table: KeyTable::new(pool, lookups), cache: KeyCache::new() }
    }

    /// The provider, which wraps and unwraps the keys.
    pub fn provider(&self) -> &Arc<dyn KeyProvider> {
        &self.provider
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn pool(&self) -> &PgPool {
        self.table.pool()
    }

    /// The key to seal with; made when there is none.
    pub async fn active_key(&self, name: &KeyName) -> Result<Arc<DataKey>, StoreError> {
        let mut keys = self.active_keys(BTreeSet::from([name.clone()])).await?;
        Ok(keys.remove(name).ok_or(SealError::Encryption)?)
    }

    /// As [`active_key`](Self::active_key), asking the database: for work that would be in vain under a key that was
    /// destroyed elsewhere.
    pub async fn active_key_fresh(&self, name: &KeyName) -> Result<Arc<DataKey>, StoreError> {
        self.cache.evict(name).await;
        self.active_key(name).await
    }

    /// The key of this name, if one lives now; none is made.
    pub async fn find_active_key(&self, name: &KeyName) -> Result<Option<Arc<DataKey>>, StoreError> {
        Ok(self.fetch_active_key(&[name]).await?.pop().map(|(_, key)| key))
    }

    /// The keys to seal with, for each name; made where there is none. What is not at hand is asked for
    /// together.
    pub async fn active_keys(
        &self,
        names: BTreeSet<KeyName>,
    ) -> Result<HashMap<KeyName, Arc<DataKey>>, StoreError> {
        let mut keys = HashMap::with_capacity(names.len());
        for name in &names {
            if let Some(key) = self.cache.active(name).await {
                keys.insert(name.clone(), key);
            }
        }
        loop {
            for (name, key) in self.fetch_active_key(&missing(&names, &keys)).await? {
                self.cache.put_active(name.clone(), key.clone()).await;
                keys.insert(name, key);
            }
            let unmade = missing(&names, &keys);
            if unmade.is_empty() {
                return Ok(keys);
            }
            // What another process makes meanwhile is found in the next round.
            keys.extend(self.make(&unmade).await?);
        }
    }

    /// Makes keys; those of which another process has just made one are missing from the answer. For an account that has
    /// ended a key is drawn and kept nowhere: no append that requires it is stored, and what it sealed can never be opened.
    async fn make(&self, names: &[&KeyName]) -> Result<Vec<(KeyName, Arc<DataKey>)>, StoreError> {
        let drawn = self.generate_all(names).await?;
        let inserted = self.table.insert(&drawn.iter().map(|(_, new)| new).collect::<Vec<_>>()).await?;
        let mut made = Vec::with_capacity(drawn.len());
        for (key, new) in drawn {
            let key = Arc::new(key);
            match inserted.get(&key.id) {
                Some(Inserted::Kept) => self.cache.put_active(new.name.clone(), key.clone()).await,
                Some(Inserted::AccountEnded) => {}
                Some(Inserted::Superfluous) | None => continue,
            }
            made.push((new.name, key));
        }
        Ok(made)
    }

    /// The keys to open with. An id that is missing from the answer was destroyed.
    pub async fn keys_by_id(&self, ids: &BTreeSet<Uuid>) -> Result<HashMap<Uuid, Arc<DataKey>>, StoreError> {
        let mut keys = HashMap::with_capacity(ids.len());
        let mut unknown = BTreeSet::new();
        for id in ids {
            match self.cache.by_id(id).await {
                Some(key) => drop(keys.insert(*id, key)),
                None => drop(unknown.insert(*id)),
            }
        }
        let found = try_join_all(unknown.into_iter().map(|id| self.table.by_id(id))).await?;
        keys.extend(self.cached_active_key(found.into_iter().flatten().collect()).await?);
        Ok(keys)
    }

    /// As [`keys_by_id`](Self::keys_by_id), asking the database about every key: for what is shown to people,
    /// so that nothing erased elsewhere is shown once more.
    pub async fn keys_by_id_fresh(
        &self,
        ids: &BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, Arc<DataKey>>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        self.cached_active_key(self.table.by_ids(ids.iter().copied().collect()).await?).await
    }

    /// Opens keys that live, and keeps them at hand. A failure is dropped: the caller that needs a key asks for it
    /// again, and then learns why.
    pub async fn preload(&self, found: Vec<(KeyName, WrappedKey)>) {
        let _ = self.cached_active_key(found).await;
    }

    /// Keys that live, by their ids: opened, and kept at hand.
    async fn cached_active_key(
        &self,
        found: Vec<(KeyName, WrappedKey)>,
    ) -> Result<HashMap<Uuid, Arc<DataKey>>, StoreError> {
        let mut keys = HashMap::with_capacity(found.len());
        for (name, key) in self.unwrap_named(found).await? {
            // A caller that opens values under a key will most likely seal more under the same key.
            self.cache.put_active(name, key.clone()).await;
            keys.insert(key.id, key);
        }
        Ok(keys)
    }

    /// Destroys the keys of these ids that still live, on behalf of `cause` (the id of a request). Waits
    /// for appends that are sealing under them; those that come later are refused and seal anew under a
    /// new key. Returns how many were destroyed now. Only [`crate::erasure`] calls this: the ledger
    /// comes first.
    pub(crate) async fn destroy(&self, ids: &[Uuid], cause: &str) -> Result<u64, StoreError> {
        let destroyed = self.table.destroy(ids, cause).await?;
        for name in &destroyed {
            self.cache.evict(name).await;
        }
        self.cache.evict_ids(ids.to_vec()).await;
        Ok(destroyed.len() as u64)
    }

    /// The active key of this name as the record of an erasure names it.
    pub(crate) async fn active_key_record(&self, name: &KeyName) -> Result<Option<DestroyedKey>, StoreError> {
        self.table.active_record(name).await
    }

    /// Every key of this name that `cause` ever destroyed, also before a crash.
    pub(crate) async fn destroyed_for(
        &self,
        name: &KeyName,
        cause: &str,
    ) -> Result<Vec<DestroyedKey>, StoreError> {
        self.table.destroyed_for(name, cause).await
    }

    /// Active keys of this name that `cause` destroyed by the record of erasures, or that are not newer than one that it
    /// destroyed.
    pub(crate) async fn back_after(
        &self,
        name: &KeyName,
        cause: &str,
    ) -> Result<Vec<DestroyedKey>, StoreError> {
        self.table.back_after(name, cause).await
    }

    /// Whether every one of these keys is active.
    pub async fn are_active(&self, ids: &[Uuid]) -> Result<bool, StoreError> {
        self.table.are_active(ids).await
    }

    /// Forgets what is cached of these keys: an append found one of them destroyed.
    pub(crate) async fn evict_ids(&self, ids: Vec<Uuid>) {
        self.cache.evict_ids(ids).await;
    }

    pub(crate) fn forget_everything(&self) {
        self.cache.forget_everything();
    }

    /// The keys of these names that live.
    async fn fetch_active_key(&self, names: &[&KeyName]) -> Result<Vec<(KeyName, Arc<DataKey>)>, StoreError> {
        let found = async |name: &&KeyName| {
            let wrapped = self.table.active(name).await?;
            Ok::<_, StoreError>(wrapped.map(|wrapped| ((*name).clone(), wrapped)))
        };
        let found = try_join_all(names.iter().map(found)).await?;
        self.unwrap_named(found.into_iter().flatten().collect()).await
    }

    /// Keys with their names.
    async fn unwrap_named(
        &self,
        found: Vec<(KeyName, WrappedKey)>,
    ) -> Result<Vec<(KeyName, Arc<DataKey>)>, StoreError> {
        let (names, wrapped): (Vec<KeyName>, Vec<WrappedKey>) = found.into_iter().unzip();
        let ids: Vec<Uuid> = wrapped.iter().map(|wrapped| wrapped.id).collect();
        let keys = self.unwrap(wrapped).await?;
        let keys: HashMap<Uuid, Arc<DataKey>> = keys.into_iter().map(|key| (key.id, key)).collect();
        let named = names.into_iter().zip(ids);
        Ok(named.filter_map(|(name, id)| Some((name, keys.get(&id)?.clone()))).collect())
    }

    /// Draws a key of this name.
    ///
    /// # Errors
    /// When it cannot be wrapped.
    pub async fn generate(&self, name: KeyName) -> Result<NewKey, StoreError> {
        let (_, new) = self.generate_all(&[&name]).await?.pop().ok_or(SealError::Encryption)?;
        Ok(new)
    }

    /// Keys, and how they are kept.
    async fn generate_all(&self, names: &[&KeyName]) -> Result<Vec<(DataKey, NewKey)>, StoreError> {
        let keys: Vec<DataKey> = names.iter().map(|_| DataKey::generate(self.services.ids.uuid())).collect();
        let wrapped = self.provider.wrap(&keys.iter().collect::<Vec<_>>()).await?;
        let new = |(key, (name, wrapped)): (DataKey, (&&KeyName, WrappedKey))| {
            let (id, fingerprint) = (key.id, key.fingerprint());
            let (master_id, wrapped) = (wrapped.master_id, wrapped.bytes);
            (key, NewKey { id, name: (*name).clone(), master_id, wrapped, fingerprint })
        };
        Ok(keys.into_iter().zip(names.iter().zip(wrapped)).map(new).collect())
    }

    /// Unwraps keys that the database has just said to live; those at hand need no provider.
    async fn unwrap(&self, wrapped: Vec<WrappedKey>) -> Result<Vec<Arc<DataKey>>, StoreError> {
        let (mut keys, mut unknown) = (Vec::with_capacity(wrapped.len()), Vec::new());
        for wrapped in wrapped {
            match self.cache.by_id(&wrapped.id).await {
                Some(key) => keys.push(key),
                None => unknown.push(wrapped),
            }
        }
        if unknown.is_empty() {
            return Ok(keys);
        }
        for key in self.provider.unwrap(&unknown).await? {
            let key = Arc::new(key);
            self.cache.put(key.clone()).await;
            keys.push(key);
        }
        Ok(keys)
    }
}

/// The names of which there is no key yet.
fn missing<'a>(names: &'a BTreeSet<KeyName>, keys: &HashMap<KeyName, Arc<DataKey>>) -> Vec<&'a KeyName> {
    names.iter().filter(|name| !keys.contains_key(*name)).collect()
}
