//! Small objects, written once.
//!
//! The caller seals them; here they are bytes. An object is there whole or not at all, is never
//! written over, and is on disk when [`SealedObjectStore::put_once`] returns.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode};

use crate::store::locate;
use crate::{ObjectError, SealedObjectStore};

/// The longest small object in bytes: a large one of another writer shall not fill our memory.
const LONGEST: u64 = 1024 * 1024;

impl SealedObjectStore {
    /// Writes an object unless there is one of this name. False when there was.
    pub async fn put_once(&self, path: &str, content: Bytes) -> Result<bool, ObjectError> {
        let created = self.store.put_opts(&locate(path)?, content.into(), PutMode::Create.into()).await;
        match created {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The content of an object, if there is one.
    pub async fn fetch_small(&self, path: &str) -> Result<Option<Bytes>, ObjectError> {
        match self.store.get(&locate(path)?).await {
            Ok(found) if found.meta.size > LONGEST => Err(ObjectError::Malformed),
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of the folders right below `path`, sorted.
    pub async fn folders(&self, path: &str) -> Result<Vec<String>, ObjectError> {
        let found = self.store.list_with_delimiter(Some(&locate(path)?)).await?;
        let name = |folder: &Path| folder.filename().map(str::to_owned);
        let mut names: Vec<String> = found.common_prefixes.iter().filter_map(name).collect();
        names.sort_unstable();
        Ok(names)
    }
}
