//! The keys the ledger is sealed with.
//!
//! They lie in the ledger itself, wrapped by the master key, and not in the database: a ledger must
//! be readable for a database that has forgotten everything. An object holds one wrapping of one key;
//! a rotation of the master key adds a wrapping and takes none away. There is one key, made at the first
//! start; should two processes make one each at that moment, both stay and both open.
//!
//! The database remembers which key its ledger has. An object store that does not hold it is not the
//! right one (a volume that is not mounted looks like an empty ledger), and then nothing is served.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ErasureError, Erasures, record};
use crate::encryption::{DataKey, KeyProvider, SealError, WrappedKey};
use crate::store::EventStore;
use sealed_objects::SealedObjectStore;

/// Where the wrapped keys lie.
const FOLDER: &str = "ledger/keys";

/// The opened keys of a ledger.
pub(super) struct LedgerKeys {
    /// What new entries are sealed with.
    current: Arc<DataKey>,
    open: BTreeMap<Uuid, Arc<DataKey>>,
    /// Those whose master key is not at hand.
    closed: BTreeMap<Uuid, String>,
}

/// A wrapped key as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    key: Uuid,
    master_id: String,
    wrapped: String,
}

impl LedgerKeys {
    /// Opens the keys of the ledger in `objects`, which must be that of the database in `store`; makes the
    /// first one for a database that has no ledger yet.
    pub(super) async fn open(store: &EventStore, objects: &SealedObjectStore) -> Result<Self, ErasureError> {
        let provider = store.keys().provider();
        let known = record::ledger_key(store.pool()).await?;
        let wrapped = fetch_all(objects).await?;
        let (mut open, closed) = open_all(provider.as_ref(), wrapped).await?;
        if known.is_none() && open.is_empty() && closed.is_empty() {
            let key = DataKey::generate(store.services().ids.uuid());
            for wrapped in provider.wrap(&[&key]).await? {
                put(objects, &wrapped).await?;
            }
            open.insert(key.id, Arc::new(key));
        }
        let current = match known {
            Some(id) => open.get(&id),
            None => open.values().next(),
        };
        match (current.cloned(), known.or_else(|| closed.keys().next().copied())) {
            (Some(current), _) => {
                record::remember_ledger_key(store.pool(), current.id).await?;
                Ok(Self { current, open, closed })
            }
            (None, Some(id)) => match closed.get(&id) {
                Some(master) => Err(other_master(provider.as_ref(), master).await.into()),
                None => Err(ErasureError::NoLedger),
            },
            (None, None) => Err(ErasureError::NoLedger),
        }
    }

    /// What new entries are sealed with.
    pub(super) fn current(&self) -> &DataKey {
        &self.current
    }

    /// The key of this id.
    pub(super) fn get(&self, id: Uuid) -> Option<&DataKey> {
        self.open.get(&id).map(AsRef::as_ref)
    }

    /// The master key that would open the key of this id, where it is not at hand.
    pub(super) fn closed_by(&self, id: Uuid) -> Option<&str> {
        self.closed.get(&id).map(String::as_str)
    }
}

impl Erasures {
    /// Adds to each key of the ledger a wrapping by the master key that wraps now. Returns how many were
    /// added. To be done with every rotation, before the old master key goes.
    ///
    /// # Errors
    /// When the object store or the key provider fails, or a key does not open.
    pub async fn rewrap_ledger(&self) -> Result<u64, ErasureError> {
        // Makes sure that there is a ledger, and that it is the right one.
        self.open_ledger().await?;
        let provider = self.store().keys().provider();
        let current = provider.ids().await?.current;
        let mut wrappings: BTreeMap<Uuid, Vec<WrappedKey>> = BTreeMap::new();
        for wrapped in fetch_all(self.objects()).await? {
            wrappings.entry(wrapped.id).or_default().push(wrapped);
        }
        let mut added = 0;
        for wrappings in wrappings.into_values() {
            if wrappings.iter().any(|wrapped| wrapped.master_id == current) {
                continue;
            }
            let key = open_one(provider.as_ref(), &wrappings).await?;
            for wrapped in provider.wrap(&[&key]).await? {
                added += u64::from(put(self.objects(), &wrapped).await?);
            }
        }
        Ok(added)
    }
}

/// All wrappings; what is none of ours is left out.
async fn fetch_all(objects: &SealedObjectStore) -> Result<Vec<WrappedKey>, ErasureError> {
    let mut keys = Vec::new();
    for path in objects.list(FOLDER).await? {
        let Some(content) = objects.fetch_small(&path).await? else { continue };
        match parse(&content) {
            Some(key) => keys.push(key),
            None => tracing::error!(object = path, "unknown object among the keys of the erasure ledger"),
        }
    }
    Ok(keys)
}

fn parse(content: &[u8]) -> Option<WrappedKey> {
    let stored: Stored = serde_json::from_slice(content).ok().filter(|stored: &Stored| stored.format == 1)?;
    let bytes = BASE64_STANDARD_NO_PAD.decode(&stored.wrapped).ok()?;
    Some(WrappedKey { id: stored.key, master_id: stored.master_id, bytes })
}

async fn put(objects: &SealedObjectStore, key: &WrappedKey) -> Result<bool, ErasureError> {
    let master_id = key.master_id.clone();
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' };
    let path = format!("{FOLDER}/{}.{}", key.id, master_id.chars().map(plain).collect::<String>());
    let wrapped = BASE64_STANDARD_NO_PAD.encode(&key.bytes);
    let stored = serde_json::to_vec(&Stored { format: 1, key: key.id, master_id, wrapped });
    let content = Bytes::from(stored.map_err(|_| SealError::Malformed)?);
    Ok(objects.put_once(&path, content).await?)
}

type Opened = (BTreeMap<Uuid, Arc<DataKey>>, BTreeMap<Uuid, String>);

async fn open_all(provider: &dyn KeyProvider, wrapped: Vec<WrappedKey>) -> Result<Opened, SealError> {
    let (mut open, mut closed) = Opened::default();
    for wrapped in wrapped {
        if open.contains_key(&wrapped.id) {
            continue;
        }
        match open_one(provider, std::slice::from_ref(&wrapped)).await {
            Ok(key) => drop(open.insert(key.id, Arc::new(key))),
            Err(SealError::UnknownMasterKey { stored, .. }) => drop(closed.insert(wrapped.id, stored)),
            Err(error @ (SealError::Unavailable(_) | SealError::Refused(_))) => return Err(error),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(key = %wrapped.id, error, "a key of the erasure ledger cannot be decrypted");
            }
        }
    }
    closed.retain(|id, _| !open.contains_key(id));
    Ok((open, closed))
}

/// Opens a key by whichever of its wrappings opens; else why the last did not.
async fn open_one(provider: &dyn KeyProvider, wrappings: &[WrappedKey]) -> Result<DataKey, SealError> {
    let mut why = SealError::Malformed;
    for wrapped in wrappings {
        match provider.unwrap(std::slice::from_ref(wrapped)).await {
            Ok(mut keys) => return keys.pop().ok_or(SealError::Malformed),
            Err(error) => why = error,
        }
    }
    Err(why)
}

async fn other_master(provider: &dyn KeyProvider, stored: &str) -> SealError {
    match provider.ids().await {
        Ok(ids) => SealError::UnknownMasterKey { stored: stored.to_owned(), present: ids.opens.join(", ") },
        Err(error) => error,
    }
}
