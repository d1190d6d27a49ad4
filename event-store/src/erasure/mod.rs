//! Erasing, so that it stays erased: also after this database was restored from a backup.
//!
//! A backup made before an erasure holds the key, or the usage, that the erasure destroys. So every
//! erasure is first written to a *ledger* in the object store, where no restore of the database
//! reaches, and only then carried out:
//!
//! 1. a row in `erasure` fixes what is to be erased, under which name, and the bytes of its entry;
//! 2. the entry is written to the ledger, once, never over another;
//! 3. the keys are destroyed (fencing off appends), caches evicted, read models purged, usage deleted;
//! 4. the row says that it was carried out. The event that tells of it comes after all this.
//!
//! # What always holds
//! - No key is destroyed and no usage deleted that the ledger does not name. An entry names keys by their
//!   ids and usage by the time of its receipt, so carrying it out again harms nothing that came later.
//! - Nothing is served before all entries are carried out that this database does not know
//!   ([`Erasures::catch_up`]). A time kept in the database, which a restore turns back with the rest,
//!   says from where on the ledger must be read.
//! - An attacker who can write to the object store can take entries away, but neither make nor change one: each
//!   is sealed, bound to its name, under a key that only the master key opens ([`keys`]).
//!
//! # What a crash in the middle leaves
//! After step 1 a row that is not carried out; the next try of the erasure goes on with it. After step 2
//! the same, and the next start of any process carries it out.

mod apply;
mod entry;
mod keys;
mod reapply;
mod record;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{AccountId, RequestId};

pub use reapply::{ReappliedEntry, ReapplySummary};

use crate::encryption::{DestroyedKey, KeyName, SealError};
use crate::error::StoreError;
use crate::store::EventStore;
use crate::usage;
use entry::{Step, Usage};
use keys::LedgerKeys;
use sealed_objects::{ObjectError, SealedObjectStore};

/// Removes from read models what a destroyed key no longer lets anybody read.
#[async_trait]
pub trait Purge: Send + Sync {
    /// Removes what was sealed under keys of these names. Safe to do again.
    async fn purge(&self, names: &[KeyName]) -> Result<(), StoreError>;
}

/// Why an erasure could not be carried out, or the ledger not be read.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store failed.
    #[error("the ledger of erasures cannot be reached in the object store")]
    Object(#[from] ObjectError),
    /// The object store holds no ledger, or not that of this database.
    #[error(
        "the object store does not hold the ledger of erasures that belongs to this database: see that \
         --archives names the right place and that it is mounted"
    )]
    NoLedger,
    /// Under the name of an entry lies something else.
    #[error("{0} in the object store is not what was written there: somebody changed the ledger of erasures")]
    Changed(String),
}

impl ErasureError {
    /// Whether waiting, or mending something outside, may help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => error.is_unavailable(),
            Self::Object(_) | Self::NoLedger => true,
            Self::Changed(_) => false,
        }
    }
}

impl From<sqlx::Error> for ErasureError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<SealError> for ErasureError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

/// See the module. Clones share everything.
#[derive(Clone)]
pub struct Erasures {
    inner: Arc<Inner>,
}

struct Inner {
    store: EventStore,
    objects: SealedObjectStore,
    purge: Arc<dyn Purge>,
    /// Opened at the first use, and anew whenever the ledger is read.
    keys: RwLock<Option<Arc<LedgerKeys>>>,
    caught_up: AtomicBool,
}

impl Erasures {
    /// Erasures in `store`, with their ledger in `objects`.
    pub fn new(store: EventStore, objects: SealedObjectStore, purge: Arc<dyn Purge>) -> Self {
        let (keys, caught_up) = (RwLock::default(), AtomicBool::new(false));
        Self { inner: Arc::new(Inner { store, objects, purge, keys, caught_up }) }
    }

    /// The store.
    pub fn store(&self) -> &EventStore {
        &self.inner.store
    }

    /// The object store.
    pub fn objects(&self) -> &SealedObjectStore {
        &self.inner.objects
    }

    /// Whether this process has made sure that all of the ledger is carried out.
    pub fn is_caught_up(&self) -> bool {
        self.inner.caught_up.load(Ordering::Relaxed)
    }

    /// Destroys the key of this name, if one lives, on behalf of `cause` (the id of a request). Returns
    /// every key of the name that `cause` ever destroyed, also before a crash.
    ///
    /// # Errors
    /// When the store or the ledger fails; to be called again then.
    pub async fn destroy_key(&self, name: &KeyName, cause: &str) -> Result<Vec<DestroyedKey>, ErasureError> {
        for left in record::open_of(self.store().pool(), cause).await? {
            self.carry_out(&left).await?;
        }
        if let Some(key) = self.store().keys().active_key_record(name).await? {
            self.carry_out_step(cause, &Step::Key { key, name: name.clone() }).await?;
        }
        Ok(self.store().keys().destroyed_for(name, cause).await?)
    }

    /// Deletes the usage of an account in a project on behalf of `request`, telling of the progress: all that was
    /// received until now, or until the last try that failed. Once that is done, later usage is another
    /// request's. Returns how many events all calls for this request have deleted.
    ///
    /// # Errors
    /// When the store or the ledger fails; what was deleted stays so, and counted. To be called again.
    pub async fn erase_usage(
        &self,
        project_id: &str,
        account: AccountId,
        request: RequestId,
        progress: impl Fn(u64),
    ) -> Result<u64, ErasureError> {
        let (pool, cause) = (self.store().pool(), request.to_string());
        let tries = record::usage_of(pool, &cause).await?;
        let (count, mut all_done) = (tries.len(), !tries.is_empty());
        for left in tries.into_iter().flatten() {
            self.carry_out_usage(&left, &progress).await?;
            all_done = false;
        }
        if !all_done {
            // Its entry says "until now"; that of a try that failed says until when that was.
            let usage =
                Usage { project_id: project_id.to_owned(), distinct_id: account.to_string(), before: None };
            if let Some(recorded) = self.record(&cause, &Step::Usage(usage, count)).await? {
                self.carry_out_usage(&recorded, &progress).await?;
            }
        }
        Ok(usage::erased_for(pool, &cause).await?)
    }

    /// Deletes what was found of the usage of an account after [`erase_usage`](Self::erase_usage) was done: what was
    /// received, or happened, until `before`. Later usage stays. `time` counts the findings, from 1. Returns how many
    /// events all calls for this request have deleted, those of the first erasure included.
    ///
    /// # Errors
    /// As [`erase_usage`](Self::erase_usage).
    pub async fn erase_usage_again(
        &self,
        project_id: &str,
        account: AccountId,
        request: RequestId,
        (time, before): (u32, DateTime<Utc>),
    ) -> Result<u64, ErasureError> {
        let cause = request.to_string();
        let usage = Usage {
            project_id: project_id.to_owned(),
            distinct_id: account.to_string(),
            before: Some(before),
        };
        if let Some(recorded) = self.record(&cause, &Step::UsageAgain(usage, time)).await? {
            self.carry_out_usage(&recorded, &|_| {}).await?;
        }
        Ok(usage::erased_for(self.store().pool(), &cause).await?)
    }

    /// Keys of this name that live although a key made after them, or they themselves, were destroyed on behalf of `cause`.
    /// There are none, unless somebody brought them back.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keys_back(&self, name: &KeyName, cause: &str) -> Result<Vec<DestroyedKey>, ErasureError> {
        Ok(self.store().keys().back_after(name, cause).await?)
    }

    /// Destroys the keys that [`keys_back`](Self::keys_back) lists, and no later one. Returns every key of the name that
    /// `cause` ever destroyed.
    ///
    /// # Errors
    /// As [`destroy_key`](Self::destroy_key).
    pub async fn destroy_keys_back(
        &self,
        name: &KeyName,
        cause: &str,
    ) -> Result<Vec<DestroyedKey>, ErasureError> {
        for key in self.keys_back(name, cause).await? {
            self.carry_out_step(cause, &Step::Key { key, name: name.clone() }).await?;
        }
        Ok(self.store().keys().destroyed_for(name, cause).await?)
    }

    fn known_keys(&self) -> Option<Arc<LedgerKeys>> {
        self.inner.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ledger_keys(&self) -> Result<Arc<LedgerKeys>, ErasureError> {
        match self.known_keys() {
            Some(keys) => Ok(keys),
            None => self.open_ledger().await,
        }
    }

    async fn open_ledger(&self) -> Result<Arc<LedgerKeys>, ErasureError> {
        let keys = Arc::new(LedgerKeys::open(self.store(), self.objects()).await?);
        *self.inner.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }
}
