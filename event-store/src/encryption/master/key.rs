//! A master key at hand, which wraps data keys. It never touches the database.

use std::path::Path;

use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::encryption::cipher::{self, DataKey};
use crate::encryption::key_file::{self, KeyBytes};
use crate::error::SealError;

/// What errors call it.
pub(super) const WHAT: &str = "master key";

/// The key that wraps the data keys.
pub struct MasterKey {
    id: String,
    bytes: KeyBytes,
}

impl MasterKey {
    /// The key given as 32 bytes in base64.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        Ok(Self::new(key_file::parse(text, WHAT)?))
    }

    /// The key in the file at `path`; made there, with mode 0600, when there is no file yet.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or others may read it.
    pub fn from_file_or_new(path: &Path) -> Result<Self, SealError> {
        Ok(Self::new(key_file::read_or_make(path, WHAT)?))
    }

    /// The key in the file at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, holds something else, or others may read it.
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        Ok(Self::new(key_file::read(path, WHAT)?))
    }

    /// A new random key.
    pub fn generate() -> Self {
        Self::new(key_file::generate())
    }

    fn new(bytes: KeyBytes) -> Self {
        let digest = Sha256::new().chain_update(b"personal-settings master key id").chain_update(*bytes);
        Self { id: hex::encode(&digest.finalize()[..8]), bytes }
    }

    /// The key as 32 bytes in base64.
    pub(super) fn to_base64(&self) -> Zeroizing<String> {
        key_file::encode(&self.bytes)
    }

    /// What the key is recognised by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Wraps a data key.
    pub(super) fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, SealError> {
        cipher::seal(&self.bytes, key.expose(), key.id.as_bytes())
    }

    /// Unwraps a data key that this master key wrapped.
    pub(super) fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Result<DataKey, SealError> {
        DataKey::from_bytes(id, &cipher::open(&self.bytes, wrapped, id.as_bytes())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    #[test]
    fn a_file_is_made_once_private_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/master.key");
        assert!(MasterKey::from_file(&path).is_err(), "no key is made unasked");
        let made = MasterKey::from_file_or_new(&path).unwrap();
        assert_eq!(MasterKey::from_file(&path).unwrap().id(), made.id());
        assert_eq!(MasterKey::from_file_or_new(&path).unwrap().id(), made.id());
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = MasterKey::from_file(&path).err().unwrap().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn a_key_wrapped_by_one_master_is_not_unwrapped_by_another() {
        let (one, other) = (MasterKey::generate(), MasterKey::generate());
        let key = DataKey::generate(Uuid::from_u128(1));
        let wrapped = one.wrap(&key).unwrap();
        assert_eq!(one.unwrap(key.id, &wrapped).unwrap().expose(), key.expose());
        assert!(matches!(other.unwrap(key.id, &wrapped), Err(SealError::AuthenticationFailed)));
        assert!(
            matches!(one.unwrap(Uuid::from_u128(2), &wrapped), Err(SealError::AuthenticationFailed)),
            "bound to its id"
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "short", "AAAA", "not base64 at all !"] {
            assert!(MasterKey::from_base64(text).is_err());
        }
    }
}
