//! Master keys at hand: in a file, or given by the environment.
//!
//! A key file holds one key a line; the first wraps, all open. The file is read again when a data
//! key turns up that none of them opens, and whenever a caller asks for it ([`LocalKeys::refresh`]), so a
//! key is brought in or taken away without a restart. A change of the file is written whole beside it
//! and then given its name: a crash leaves the old file or the new one. Where a file cannot be read
//! the keys read before stay open.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use super::key::{MasterKey, WHAT};
use super::provider::{KeyProvider, MasterIds, WrappedKey};
use crate::encryption::cipher::DataKey;
use crate::encryption::key_file;
use crate::error::SealError;

/// See the module.
pub struct LocalKeys {
    file: Option<PathBuf>,
    /// Never empty; the first wraps.
    keys: RwLock<Arc<Vec<MasterKey>>>,
}

impl LocalKeys {
    /// The keys in `text`, between white space or commas: the first wraps.
    ///
    /// # Errors
    /// When there is none, or one is no key.
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        Ok(Self { file: None, keys: RwLock::new(Arc::new(parse(text)?)) })
    }

    /// The keys in the file at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, holds something else, or others may read it.
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        Ok(Self { file: Some(path.to_owned()), keys: RwLock::new(Arc::new(read(path)?)) })
    }

    /// The keys in the file at `path`; one is made there, with mode 0600, when there is no file yet.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or others may read it.
    pub fn from_file_or_new(path: &Path) -> Result<Self, SealError> {
        if !path.exists() {
            MasterKey::from_file_or_new(path)?;
        }
        Self::from_file(path)
    }

    fn at_hand(&self) -> Arc<Vec<MasterKey>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn read_again(&self) -> Result<(), SealError> {
        if let Some(path) = &self.file {
            let keys = Arc::new(read(path)?);
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
        Ok(())
    }
}

impl From<MasterKey> for LocalKeys {
    fn from(key: MasterKey) -> Self {
        Self { file: None, keys: RwLock::new(Arc::new(vec![key])) }
    }
}

impl From<MasterKey> for Arc<dyn KeyProvider> {
    fn from(key: MasterKey) -> Self {
        Arc::new(LocalKeys::from(key))
    }
}

impl From<LocalKeys> for Arc<dyn KeyProvider> {
    fn from(keys: LocalKeys) -> Self {
        Arc::new(keys)
    }
}

#[async_trait]
impl KeyProvider for LocalKeys {
    fn knows(&self, master_id: &str) -> bool {
        // Keys of other providers have a name before their id.
        !master_id.contains(':')
    }

    async fn ids(&self) -> Result<MasterIds, SealError> {
        let keys = self.at_hand();
        let opens: Vec<String> = keys.iter().map(|key| key.id().to_owned()).collect();
        Ok(MasterIds { current: first(&keys)?.id().to_owned(), opens })
    }

    async fn wrap(&self, keys: &[&DataKey]) -> Result<Vec<WrappedKey>, SealError> {
        let masters = self.at_hand();
        let master = first(&masters)?;
        let wrap = |key: &&DataKey| {
            Ok(WrappedKey { id: key.id, master_id: master.id().to_owned(), bytes: master.wrap(key)? })
        };
        keys.iter().map(wrap).collect()
    }

    async fn unwrap(&self, keys: &[WrappedKey]) -> Result<Vec<DataKey>, SealError> {
        match unwrap_all(&self.at_hand(), keys) {
            Err(SealError::UnknownMasterKey { .. }) if self.file.is_some() => {
                self.read_again()?;
                unwrap_all(&self.at_hand(), keys)
            }
            unwrapped => unwrapped,
        }
    }

    async fn refresh(&self) -> Result<(), SealError> {
        self.read_again()
    }
}

fn unwrap_all(masters: &[MasterKey], keys: &[WrappedKey]) -> Result<Vec<DataKey>, SealError> {
    let unwrap = |key: &WrappedKey| match masters.iter().find(|master| master.id() == key.master_id) {
        Some(master) => master.unwrap(key.id, &key.bytes),
        None => Err(SealError::UnknownMasterKey {
            stored: key.master_id.clone(),
            present: masters.iter().map(MasterKey::id).collect::<Vec<_>>().join(", "),
        }),
    };
    keys.iter().map(unwrap).collect()
}

fn first(keys: &[MasterKey]) -> Result<&MasterKey, SealError> {
    keys.first().ok_or_else(|| SealError::Master("there is no master key".to_owned()))
}

fn parse(text: &str) -> Result<Vec<MasterKey>, SealError> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let keys = words.map(MasterKey::from_base64).collect::<Result<Vec<_>, _>>()?;
    // An empty text says what a key must be.
    if keys.is_empty() { Ok(vec![MasterKey::from_base64(text)?]) } else { Ok(keys) }
}

fn read(path: &Path) -> Result<Vec<MasterKey>, SealError> {
    let text = key_file::read_private(path, WHAT)?;
    parse(&text).map_err(|error| SealError::Master(format!("{}: {error}", path.display())))
}

/// Adds a new key to the file at `path`, as its last line: it opens, and does not wrap yet.
/// Returns its id.
///
/// # Errors
/// When the file cannot be read or written.
pub fn add_key(path: &Path) -> Result<String, SealError> {
    let mut keys = read(path)?;
    let key = MasterKey::generate();
    let id = key.id().to_owned();
    keys.push(key);
    replace(path, &keys)?;
    Ok(id)
}

/// Makes the key of this id the first line of the file at `path`, the one that wraps. False when it was so
/// already.
///
/// # Errors
/// When the file holds no such key, or cannot be read or written.
pub fn put_first(path: &Path, id: &str) -> Result<bool, SealError> {
    let mut keys = read(path)?;
    let place = keys.iter().position(|key| key.id() == id).ok_or_else(|| {
        SealError::Master(format!("the master key file {} holds no key {id}", path.display()))
    })?;
    if place == 0 {
        return Ok(false);
    }
    keys[..=place].rotate_right(1);
    replace(path, &keys)?;
    Ok(true)
}

/// Writes the keys in place of the file at `path`, or of the one a link there leads to. It stays that of its
/// owner, whichever user runs this: the service must be able to read it.
fn replace(path: &Path, keys: &[MasterKey]) -> Result<(), SealError> {
    let write = || -> std::io::Result<()> {
        let path = path.canonicalize()?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let before = path.metadata()?;
        let draft = folder.join(format!(".master-keys-{}", std::process::id()));
        let _ = std::fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        let made = file.metadata()?;
        if (made.uid(), made.gid()) != (before.uid(), before.gid()) {
            std::os::unix::fs::fchown(&file, Some(before.uid()), Some(before.gid()))?;
        }
        for key in keys {
            writeln!(file, "{}", key.to_base64().as_str())?;
        }
        file.sync_all()?;
        std::fs::rename(&draft, &path)?;
        std::fs::File::open(folder)?.sync_all()
    };
    Ok(write().map_err(|error| key_file::told(path, WHAT, "changed", &error))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_key_is_brought_in_used_and_taken_away_without_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let running = LocalKeys::from_file_or_new(&path).unwrap();
        let key = DataKey::generate(Uuid::from_u128(1));
        let old = running.wrap(&[&key]).await.unwrap();

        let added = add_key(&path).unwrap();
        let other = LocalKeys::from_file(&path).unwrap();
        assert_eq!(other.ids().await.unwrap().current, old[0].master_id, "it does not wrap yet");
        assert!(put_first(&path, &added).unwrap());
        assert!(!put_first(&path, &added).unwrap(), "once is enough");
        other.refresh().await.unwrap();
        let new = other.rewrap(&old).await.unwrap();
        assert_eq!(new[0].master_id, added);

        // The first process has not looked at the file since; it does when it must.
        assert_eq!(running.unwrap(&new).await.unwrap()[0].expose(), key.expose());
        assert_eq!(running.unwrap(&old).await.unwrap()[0].expose(), key.expose());

        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.lines().next().unwrap()).unwrap();
        running.refresh().await.unwrap();
        assert!(matches!(running.unwrap(&old).await, Err(SealError::UnknownMasterKey { .. })));
        assert_eq!(running.unwrap(&new).await.unwrap()[0].expose(), key.expose());
    }

    #[test]
    fn a_file_that_is_changed_stays_where_it_is_and_whose_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("of-the-service.key"), folder.path().join("master.key"));
        LocalKeys::from_file_or_new(&file).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        // Only root can give a file away; anybody else keeps what is theirs.
        let owner = match std::os::unix::fs::chown(&file, Some(4_711), Some(4_712)) {
            Ok(()) => (4_711, 4_712),
            Err(_) => (file.metadata().unwrap().uid(), file.metadata().unwrap().gid()),
        };
        let added = add_key(&link).unwrap();
        assert!(put_first(&link, &added).unwrap());
        assert!(link.symlink_metadata().unwrap().is_symlink(), "the link was replaced by a file");
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
        let now = file.metadata().unwrap();
        assert_eq!(((now.uid(), now.gid()), now.mode() & 0o777), (owner, 0o600));
    }

    #[tokio::test]
    async fn a_file_that_is_spoiled_takes_no_key_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let running = LocalKeys::from_file_or_new(&path).unwrap();
        let key = DataKey::generate(Uuid::from_u128(1));
        let wrapped = running.wrap(&[&key]).await.unwrap();
        std::fs::write(&path, "spoiled").unwrap();
        assert!(running.refresh().await.is_err());
        assert_eq!(running.unwrap(&wrapped).await.unwrap()[0].expose(), key.expose());
    }

    #[tokio::test]
    async fn several_keys_are_given_as_text() {
        let keys = [MasterKey::generate(), MasterKey::generate()];
        let text = format!("{}, {}\n", keys[0].to_base64().as_str(), keys[1].to_base64().as_str());
        let ids = LocalKeys::from_text(&text).unwrap().ids().await.unwrap();
        assert_eq!((ids.current.as_str(), ids.opens[1].as_str()), (keys[0].id(), keys[1].id()));
        for text in ["", " ,", "c2hvcnQ="] {
            assert!(LocalKeys::from_text(text).err().unwrap().to_string().contains("32 random bytes"));
        }
    }
}
