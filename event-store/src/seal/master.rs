//! A master key at hand, which wraps data keys. It never touches the database.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use rand::Rng;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cipher::{self, DataKey, SealError};

/// The key that wraps the data keys.
pub struct MasterKey {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

impl MasterKey {
    /// The key given as 32 bytes in base64.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let wrong = || SealError::Master("the master key must be 32 random bytes in base64".to_owned());
        let decoded = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).map_err(|_| wrong())?);
        let bytes: [u8; 32] = decoded.as_slice().try_into().map_err(|_| wrong())?;
        Ok(Self::new(bytes))
    }

    /// The key in the file at `path`; made there, with mode 0600, when there is no file yet.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or others may read it.
    pub fn from_file_or_new(path: &Path) -> Result<Self, SealError> {
        if !path.exists() {
            let made = Self::generate().write_new(path);
            made.map_err(|error| failed(path, "made", &error))?;
        }
        Self::from_file(path)
    }

    /// The key in the file at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, holds something else, or others may read it.
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        let text = read_private(path)?;
        Self::from_base64(&text).map_err(|error| SealError::Master(format!("{}: {error}", path.display())))
    }

    /// A new random key.
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self::new(bytes)
    }

    fn new(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"personal-settings master key id").chain_update(bytes);
        Self { id: hex::encode(&digest.finalize()[..8]), bytes: Zeroizing::new(bytes) }
    }

    /// Writes a whole file and only then gives it its name, so that a crash leaves no half key and
    /// two processes that start at once agree on one.
    fn write_new(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let draft = folder.join(format!(".master-key-{}", std::process::id()));
        let _ = std::fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        writeln!(file, "{}", self.to_base64().as_str())?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&draft, path);
        std::fs::remove_file(&draft)?;
        std::fs::File::open(folder)?.sync_all()?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// The key as 32 bytes in base64.
    pub(super) fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD.encode(*self.bytes))
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

/// The text of a file that only its owner may read.
pub(super) fn read_private(path: &Path) -> Result<Zeroizing<String>, SealError> {
    let text = std::fs::read_to_string(path).map_err(|error| failed(path, "read", &error))?;
    let text = Zeroizing::new(text);
    let mode = path.metadata().map_err(|error| failed(path, "read", &error))?.mode();
    if mode & 0o077 != 0 {
        return Err(SealError::Master(format!(
            "the master key file {} can be read by others; run chmod 600 on it",
            path.display()
        )));
    }
    Ok(text)
}

pub(super) fn failed(path: &Path, what: &str, error: &std::io::Error) -> SealError {
    SealError::Master(format!("the master key file {} cannot be {what}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

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
        assert!(matches!(other.unwrap(key.id, &wrapped), Err(SealError::Forged)));
        assert!(
            matches!(one.unwrap(Uuid::from_u128(2), &wrapped), Err(SealError::Forged)),
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
