//! The key ring: data keys of subjects, made when first needed, cached for a bounded time,
//! destroyed for ever.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::try_join_all;
use moka::future::Cache;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, PgPool, Row};
use uuid::Uuid;

use super::cipher::DataKey;
use super::master::{KeyProvider, WrappedKey};
use crate::error::SealError;
use crate::error::StoreError;
use crate::postgres::BatchLoader;
use crate::postgres::PinnedPool;
use domain::{RequestId, Services};

/// How long a key may be used without asking the database whether it still lives. Appends ask in
/// their own statement, and a history asks each time; this bounds the rest.
const CACHE_LIFE: Duration = Duration::from_secs(30);
const CACHE_SIZE: u64 = 100_000;

/// Which key: of whom, and for what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    /// A person, or a thing of ours such as a privacy request.
    pub subject: String,
    /// What the key is for: `profile`, `activity`, `archive`, …
    pub scope: String,
}

impl KeyName {
    /// The key of `subject` for `scope`.
    pub fn new(subject: impl Into<String>, scope: impl Into<String>) -> Self {
        Self { subject: subject.into(), scope: scope.into() }
    }

    /// The key that seals everything stored for a privacy request, its archive above all.
    pub fn archive(request: RequestId) -> Self {
        Self::new(request.to_string(), "archive")
    }
}

/// A key that was destroyed, as the record of an erasure names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestroyedKey {
    /// The key's id in envelopes.
    pub id: Uuid,
    /// The digest it is recognised by.
    pub fingerprint: String,
}

/// A key that was drawn and is kept nowhere yet: to be written with the event that needs it
/// ([`RecordWrite::KeepKey`](crate::records::RecordWrite::KeepKey)).
#[derive(Clone)]
pub struct NewKey {
    id: Uuid,
    name: KeyName,
    master_id: String,
    wrapped: Vec<u8>,
    fingerprint: String,
}

impl NewKey {
    /// Keeps it, unless a key of this name lives: then false.
    pub(crate) async fn keep(&self, db: impl PgExecutor<'_>) -> Result<bool, StoreError> {
        Ok(!insert_all(db, &[self]).await?.is_empty())
    }
}

/// Keeps those keys of whose name none lives; returns their ids. One round trip.
async fn insert_all(db: impl PgExecutor<'_>, keys: &[&NewKey]) -> Result<Vec<Uuid>, StoreError> {
    let column = |of: fn(&NewKey) -> &str| keys.iter().map(|key| of(key)).collect::<Vec<_>>();
    let kept = sqlx::query_scalar(
        "INSERT INTO subject_key (key_id, subject, scope, rev, master_id, wrapped, fingerprint)
         SELECT n.key_id, n.subject, n.scope,
                (SELECT coalesce(max(k.rev), 0) + 1 FROM subject_key k
                 WHERE k.subject = n.subject AND k.scope = n.scope),
                n.master_id, n.wrapped, n.fingerprint
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
             AS n (key_id, subject, scope, master_id, wrapped, fingerprint)
         ORDER BY n.subject, n.scope
         ON CONFLICT DO NOTHING RETURNING key_id",
    );
    Ok(kept
        .bind(keys.iter().map(|key| key.id).collect::<Vec<_>>())
        .bind(column(|key| &key.name.subject))
        .bind(column(|key| &key.name.scope))
        .bind(column(|key| &key.master_id))
        .bind(keys.iter().map(|key| key.wrapped.as_slice()).collect::<Vec<_>>())
        .bind(column(|key| &key.fingerprint))
        .fetch_all(db)
        .await?)
}

/// All data keys.
pub struct KeyRing {
    pool: PgPool,
    provider: Arc<dyn KeyProvider>,
    services: Services,
    live: Cache<KeyName, Arc<DataKey>>,
    by_id: Cache<Uuid, Arc<DataKey>>,
    /// Those that live, asked for by many at once.
    found_live: BatchLoader<KeyName, WrappedKey>,
    found_by_id: BatchLoader<Uuid, (KeyName, WrappedKey)>,
}

impl KeyRing {
    pub(crate) fn new(
        pool: PgPool,
        lookups: PinnedPool,
        provider: Arc<dyn KeyProvider>,
        services: Services,
    ) -> Self {
        let by_name = lookups.clone();
        Self {
            found_live: BatchLoader::new(move |names| find_active_wrapped(by_name.clone(), names).boxed()),
            found_by_id: BatchLoader::new(move |ids| find_by_id(lookups.clone(), ids).boxed()),
            pool,
            provider,
            services,
            live: Cache::builder()
                .max_capacity(CACHE_SIZE)
                .time_to_live(CACHE_LIFE)
                .support_invalidation_closures()
                .build(),
            by_id: Cache::builder().max_capacity(CACHE_SIZE).time_to_live(CACHE_LIFE).build(),
        }
    }

    /// Who wraps and unwraps the keys.
    pub fn provider(&self) -> &Arc<dyn KeyProvider> {
        &self.provider
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The key to seal with; made when there is none.
    pub async fn active_key(&self, name: &KeyName) -> Result<Arc<DataKey>, StoreError> {
        let mut keys = self.active_keys(BTreeSet::from([name.clone()])).await?;
        Ok(keys.remove(name).ok_or(SealError::Encryption)?)
    }

    /// As [`live`](Self::live), asking the database: for work that would be in vain under a key that was
    /// destroyed elsewhere.
    pub async fn active_key_fresh(&self, name: &KeyName) -> Result<Arc<DataKey>, StoreError> {
        self.evict(name).await;
        self.active_key(name).await
    }

    /// The key of this name, if one lives now; none is made.
    pub async fn find(&self, name: &KeyName) -> Result<Option<Arc<DataKey>>, StoreError> {
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
            if let Some(key) = self.live.get(name).await {
                keys.insert(name.clone(), key);
            }
        }
        let mut fetched = false;
        while keys.len() < names.len() {
            let missing: Vec<&KeyName> = names.iter().filter(|name| !keys.contains_key(*name)).collect();
            // What another process makes meanwhile is found in the next round.
            let found =
                if fetched { self.make(&missing).await? } else { self.fetch_active_key(&missing).await? };
            fetched = !fetched;
            for (name, key) in found {
                self.live.insert(name.clone(), key.clone()).await;
                self.by_id.insert(key.id, key.clone()).await;
                keys.insert(name, key);
            }
        }
        Ok(keys)
    }

    /// Makes keys; those of which another process has just made one are missing from the answer.
    async fn make(&self, names: &[&KeyName]) -> Result<Vec<(KeyName, Arc<DataKey>)>, StoreError> {
        let drawn = self.generate_all(names).await?;
        let new: Vec<&NewKey> = drawn.iter().map(|(_, new)| new).collect();
        let kept = insert_all(&self.pool, &new).await?;
        let ours = drawn.into_iter().filter(|(key, _)| kept.contains(&key.id));
        Ok(ours.map(|(key, new)| (new.name, Arc::new(key))).collect())
    }

    /// The keys to open with. An id that is missing from the answer was destroyed.
    pub async fn keys_by_id(&self, ids: &BTreeSet<Uuid>) -> Result<HashMap<Uuid, Arc<DataKey>>, StoreError> {
        let mut keys = HashMap::with_capacity(ids.len());
        let mut unknown = BTreeSet::new();
        for id in ids {
            match self.by_id.get(id).await {
                Some(key) => drop(keys.insert(*id, key)),
                None => drop(unknown.insert(*id)),
            }
        }
        let found = try_join_all(unknown.into_iter().map(|id| self.found_by_id.get(id))).await?;
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
        self.cached_active_key(fetch_by_id(&self.pool, ids.iter().copied().collect()).await?).await
    }

    /// Has keys that live at hand from now on. Those that cannot be opened are asked for again by whoever needs them, and
    /// who then learns why.
    pub async fn preload(&self, found: Vec<(KeyName, WrappedKey)>) {
        let _ = self.cached_active_key(found).await;
    }

    /// Keys that live, by their ids: opened, and at hand from now on.
    async fn cached_active_key(
        &self,
        found: Vec<(KeyName, WrappedKey)>,
    ) -> Result<HashMap<Uuid, Arc<DataKey>>, StoreError> {
        let mut keys = HashMap::with_capacity(found.len());
        for (name, key) in self.unwrap_named(found).await? {
            // Whoever opens what is there will most likely seal more under the same key.
            self.live.insert(name, key.clone()).await;
            keys.insert(key.id, key);
        }
        Ok(keys)
    }

    /// The key of this name as the record of an erasure names it, if one lives now.
    pub(crate) async fn named(&self, name: &KeyName) -> Result<Option<DestroyedKey>, StoreError> {
        let row = sqlx::query(
            "SELECT key_id, fingerprint FROM subject_key
             WHERE subject = $1 AND scope = $2 AND destroyed_at IS NULL",
        )
        .bind(&name.subject)
        .bind(&name.scope)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.as_ref().map(read_destroyed))
    }

    /// Destroys the keys of these ids that still live, on behalf of `cause` (the id of a request). Waits
    /// for appends that are sealing under them; those that come later are refused and seal anew under a
    /// new key. Returns how many were destroyed now. Only [`crate::erasure`] calls this: the ledger
    /// comes first.
    pub(crate) async fn destroy(&self, ids: &[Uuid], cause: &str) -> Result<u64, StoreError> {
        // Locked first and stamped after: what is sealed under a key was stored before its `destroyed_at`.
        let destroyed = sqlx::query(
            "WITH dying AS MATERIALIZED (
                 SELECT key_id FROM subject_key WHERE key_id = ANY($1) AND destroyed_at IS NULL
                 ORDER BY key_id FOR UPDATE
             )
             UPDATE subject_key SET wrapped = NULL, destroyed_at = clock_timestamp(), destroyed_for = $2
             FROM dying WHERE subject_key.key_id = dying.key_id
             RETURNING subject, scope",
        )
        .bind(ids)
        .bind(cause)
        .fetch_all(&self.pool)
        .await?;
        for row in &destroyed {
            self.live.invalidate(&KeyName::new(row.get::<String, _>(0), row.get::<String, _>(1))).await;
        }
        for id in ids {
            self.by_id.invalidate(id).await;
        }
        Ok(destroyed.len() as u64)
    }

    /// Every key of this name that `cause` ever destroyed, also before a crash.
    pub(crate) async fn destroyed_for(
        &self,
        name: &KeyName,
        cause: &str,
    ) -> Result<Vec<DestroyedKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT key_id, fingerprint FROM subject_key
             WHERE subject = $1 AND scope = $2 AND destroyed_for = $3 ORDER BY rev",
        )
        .bind(&name.subject)
        .bind(&name.scope)
        .bind(cause)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(read_destroyed).collect())
    }

    /// Whether every one of these keys still lives.
    pub async fn are_active(&self, ids: &[Uuid]) -> Result<bool, StoreError> {
        let dead: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM unnest($1) AS wanted (key_id)
             LEFT JOIN subject_key USING (key_id) WHERE wrapped IS NULL)",
        )
        .bind(ids)
        .fetch_one(&self.pool)
        .await?;
        Ok(!dead)
    }

    /// Forgets what is cached of these keys: an append found one of them destroyed.
    pub(crate) async fn evict_ids(&self, ids: Vec<Uuid>) {
        for id in &ids {
            self.by_id.invalidate(id).await;
        }
        // Fails only without the support that the cache is built with.
        let _ = self.live.invalidate_entries_if(move |_, key| ids.contains(&key.id));
    }

    pub(crate) fn forget_everything(&self) {
        self.live.invalidate_all();
        self.by_id.invalidate_all();
    }

    /// Forgets what is cached for `name`.
    async fn evict(&self, name: &KeyName) {
        if let Some(key) = self.live.remove(name).await {
            self.by_id.invalidate(&key.id).await;
        }
    }

    /// The keys of these names that live.
    async fn fetch_active_key(&self, names: &[&KeyName]) -> Result<Vec<(KeyName, Arc<DataKey>)>, StoreError> {
        let found = async |name: &&KeyName| {
            let wrapped = self.found_live.get((*name).clone()).await?;
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
            match self.by_id.get(&wrapped.id).await {
                Some(key) => keys.push(key),
                None => unknown.push(wrapped),
            }
        }
        if unknown.is_empty() {
            return Ok(keys);
        }
        for key in self.provider.unwrap(&unknown).await? {
            let key = Arc::new(key);
            self.by_id.insert(key.id, key.clone()).await;
            keys.push(key);
        }
        Ok(keys)
    }
}

async fn find_active_wrapped(
    lookups: PinnedPool,
    names: Vec<KeyName>,
) -> Result<HashMap<KeyName, WrappedKey>, StoreError> {
    let mut db = lookups.take().await?;
    let rows = sqlx::query(
        // One at a time by the index: a join may be planned as a pass over all keys.
        "SELECT k.* FROM unnest($1::text[], $2::text[]) AS n (subject, scope)
         CROSS JOIN LATERAL (
             SELECT key_id, subject, scope, wrapped, master_id FROM subject_key
             WHERE subject = n.subject AND scope = n.scope AND destroyed_at IS NULL LIMIT 1
         ) AS k",
    )
    .bind(names.iter().map(|name| name.subject.as_str()).collect::<Vec<_>>())
    .bind(names.iter().map(|name| name.scope.as_str()).collect::<Vec<_>>())
    .fetch_all(&mut *db)
    .await?;
    db.release();
    Ok(rows.iter().map(|row| (read_name(row), read_wrapped(row))).collect())
}

async fn find_by_id(
    lookups: PinnedPool,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, (KeyName, WrappedKey)>, StoreError> {
    let mut db = lookups.take().await?;
    let found = fetch_by_id(&mut *db, ids).await?;
    db.release();
    Ok(found.into_iter().map(|(name, wrapped)| (wrapped.id, (name, wrapped))).collect())
}

/// The keys of these ids that live.
async fn fetch_by_id(
    db: impl PgExecutor<'_>,
    ids: Vec<Uuid>,
) -> Result<Vec<(KeyName, WrappedKey)>, StoreError> {
    let rows = sqlx::query(
        "SELECT key_id, subject, scope, wrapped, master_id FROM subject_key
         WHERE key_id = ANY($1) AND wrapped IS NOT NULL",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    Ok(rows.iter().map(|row| (read_name(row), read_wrapped(row))).collect())
}

pub(super) fn read_wrapped(row: &PgRow) -> WrappedKey {
    WrappedKey { id: row.get("key_id"), master_id: row.get("master_id"), bytes: row.get("wrapped") }
}

fn read_name(row: &PgRow) -> KeyName {
    KeyName::new(row.get::<String, _>("subject"), row.get::<String, _>("scope"))
}

fn read_destroyed(row: &PgRow) -> DestroyedKey {
    DestroyedKey { id: row.get("key_id"), fingerprint: row.get("fingerprint") }
}
