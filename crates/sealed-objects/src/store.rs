//! The store itself: opening it by URL, and what can be done with objects.
//!
//! Why by URL: a laptop keeps archives in a directory, a cluster in a bucket, and no caller can tell.
//! Credentials come from the environment variables that each cloud's own tools use (`AWS_…`,
//! `GOOGLE_…`, `AZURE_…`), never from the URL. What always holds, and what a crash leaves, is told in the
//! module above.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryFutureExt, TryStreamExt, future};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use rand::{TryRng, rngs::SysRng};
use url::Url;

use crate::cloud::SameHost;
use crate::format::Shape;
use crate::write::PART;
use crate::{ObjectError, ObjectKey, SealedWriter, read, staging};

/// Where probes are written. No path given by a caller can name it.
const PROBES: &str = ".check";
/// The longest plain object that is read, in bytes.
const LONGEST_PLAIN: u64 = 64 * 1024;

/// Sealed objects in one object store. Cheap to clone.
#[derive(Clone)]
pub struct SealedObjectStore {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// Set where the store is a directory, for what `object_store` does not do there.
    directory: Option<Arc<FilePath>>,
}

impl std::fmt::Debug for SealedObjectStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A store's own Debug may hold credentials.
        write!(f, "SealedObjectStore({})", self.store)
    }
}

impl SealedObjectStore {
    /// Opens `file:///path`, `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix` or, for
    /// tests, `memory:`. A directory is made where it is missing, with mode 0700, and tried.
    ///
    /// # Errors
    /// [`ObjectError::Scheme`], [`ObjectError::Url`], [`ObjectError::Directory`] naming the directory, or
    /// [`ObjectError::Store`] where the environment has no usable settings. A cloud is not spoken to
    /// here: use [`check`](Self::check).
    pub fn open(url: &Url) -> Result<Self, ObjectError> {
        let name = url.as_str();
        let store: Arc<dyn ObjectStore> = match url.scheme() {
            "file" => return Self::open_directory(url),
            "memory" => Arc::new(InMemory::new()),
            "s3" => {
                Arc::new(AmazonS3Builder::from_env().with_url(name).with_http_connector(SameHost).build()?)
            }
            "gs" => Arc::new(
                GoogleCloudStorageBuilder::from_env().with_url(name).with_http_connector(SameHost).build()?,
            ),
            "az" => Arc::new(
                MicrosoftAzureBuilder::from_env().with_url(name).with_http_connector(SameHost).build()?,
            ),
            scheme => return Err(ObjectError::Scheme(scheme.to_owned())),
        };
        let prefix = Path::from_url_path(url.path()).map_err(|source| ObjectError::Url(Some(source)))?;
        let store =
            if prefix.as_ref().is_empty() { store } else { Arc::new(PrefixStore::new(store, prefix)) };
        Ok(Self { store, directory: None })
    }

    fn open_directory(url: &Url) -> Result<Self, ObjectError> {
        let path = url.to_file_path().map_err(|()| ObjectError::Url(None))?;
        prepare(&path).map_err(|source| ObjectError::Directory { path: path.clone(), source })?;
        let store = LocalFileSystem::new_with_prefix(&path)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self { store: Arc::new(store), directory: Some(path.into()) })
    }

    /// Writes, reads and deletes a small object. For readiness.
    ///
    /// # Errors
    /// [`ObjectError::Store`], or [`ObjectError::Probe`] where something else came back.
    pub async fn check(&self) -> Result<(), ObjectError> {
        let mut random = [0; 16];
        SysRng.try_fill_bytes(&mut random).map_err(|_| ObjectError::Random)?;
        let name = random.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        // Its own name, since many processes look at one store at once.
        let path = Path::from_iter([PROBES, &name]);
        self.store.put(&path, Bytes::copy_from_slice(&random).into()).await?;
        let found = self.store.get(&path).await?.bytes().await;
        self.store.delete(&path).await?;
        if found?[..] == random { Ok(()) } else { Err(ObjectError::Probe) }
    }

    /// Begins an object. Nothing is to be seen under `path` before [`SealedWriter::finish`], and an older
    /// object there stays readable until then.
    ///
    /// # Errors
    /// [`ObjectError::Path`], [`ObjectError::Store`], [`ObjectError::Random`].
    pub async fn create(&self, path: &str, key: &ObjectKey) -> Result<SealedWriter, ObjectError> {
        let path = locate(path)?;
        let upload = self.store.put_multipart(&path).await?;
        SealedWriter::new(upload, key, path.as_ref(), PART)
    }

    /// The plaintext length in bytes of the object at `path`, if there is one. Taken from the stored
    /// length alone, so it proves nothing; reading does.
    ///
    /// # Errors
    /// [`ObjectError::Path`], [`ObjectError::Store`], [`ObjectError::Malformed`].
    pub async fn size(&self, path: &str) -> Result<Option<u64>, ObjectError> {
        match self.store.head(&locate(path)?).await {
            Ok(meta) => Ok(Some(Shape::of_stored(meta.size)?.bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The plaintext bytes `range` of the object at `path`, in pieces of at most 64 KiB, as slowly as the
    /// reader takes them. Only the chunks that hold the range are fetched.
    ///
    /// # Errors
    /// In the stream, which then ends: [`ObjectError::NotFound`], [`ObjectError::Range`] where the range is
    /// not inside the object, [`ObjectError::Authentication`] where a chunk does not open,
    /// [`ObjectError::Replaced`], [`ObjectError::Malformed`], [`ObjectError::Version`],
    /// [`ObjectError::Path`], [`ObjectError::Store`].
    pub fn read(
        &self,
        path: &str,
        key: &ObjectKey,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, ObjectError>> + Send + 'static + use<> {
        let (store, key) = (Arc::clone(&self.store), key.clone());
        future::ready(locate(path))
            .map_ok(move |path| read::range(store, path, key, range))
            .try_flatten_stream()
    }

    /// Deletes the object at `prefix` and every object under it (`a/b` takes `a/b/c`, not `a/bc`), in a
    /// directory also the staging files of writers killed or still at work, which can then no longer
    /// finish. Tells how many there were. Asking again for what is gone is no error.
    ///
    /// # Errors
    /// [`ObjectError::Path`] (the object store as a whole cannot be named), [`ObjectError::Store`],
    /// [`ObjectError::Leftover`]; some may be deleted then: ask again.
    pub async fn remove_all(&self, prefix: &str) -> Result<u64, ObjectError> {
        let prefix = locate(prefix)?;
        // Before the objects: a writer that finishes in between is found by the list.
        let mut removed = self.remove_leftovers(&prefix).await?;
        if self.store.head(&prefix).await.map(Some).or_else(absent)?.is_some() {
            self.store.delete(&prefix).await.map(Some).or_else(absent)?;
            removed += 1;
        }
        let found = self.store.list(Some(&prefix)).map_ok(|meta| meta.location).boxed();
        let mut deleted = self.store.delete_stream(found);
        while let Some(result) = deleted.next().await {
            removed += u64::from(result.map(Some).or_else(absent)?.is_some());
        }
        Ok(removed)
    }

    async fn remove_leftovers(&self, prefix: &Path) -> Result<u64, ObjectError> {
        let Some(directory) = self.directory.clone() else {
            return Ok(0);
        };
        let prefix = prefix.to_string();
        tokio::task::spawn_blocking(move || staging::remove(&directory, &prefix))
            .await
            .map_err(|error| ObjectError::Leftover(error.into()))?
            .map_err(ObjectError::Leftover)
    }

    /// Stores `text` at `path` as it is, for everybody to read. An object that is there is replaced.
    ///
    /// # Errors
    /// [`ObjectError::Path`], [`ObjectError::Store`].
    pub async fn put_plain(&self, path: &str, text: String) -> Result<(), ObjectError> {
        self.store.put(&locate(path)?, Bytes::from(text).into()).await?;
        Ok(())
    }

    /// What [`put_plain`](Self::put_plain) stored at `path`.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::Malformed`] where it is too long or no text,
    /// [`ObjectError::Path`], [`ObjectError::Store`].
    pub async fn get_plain(&self, path: &str) -> Result<String, ObjectError> {
        let found = self.store.get(&locate(path)?).await?;
        if found.meta.size > LONGEST_PLAIN {
            return Err(ObjectError::Malformed);
        }
        String::from_utf8(found.bytes().await?.into()).map_err(|_| ObjectError::Malformed)
    }

    /// The paths of all objects under `prefix`, as the store lists them.
    ///
    /// # Errors
    /// [`ObjectError::Path`], [`ObjectError::Store`]; in the stream, which then ends, [`ObjectError::Store`].
    pub fn paths(
        &self,
        prefix: &str,
    ) -> Result<impl Stream<Item = Result<String, ObjectError>> + Send + 'static + use<>, ObjectError> {
        let paths = self.store.list(Some(&locate(prefix)?));
        Ok(paths.map_ok(|meta| meta.location.to_string()).map_err(ObjectError::from))
    }

    /// The paths of the objects under `prefix` that sort after `start`, sorted: those before it are not even
    /// asked for, where the store can leave them out.
    ///
    /// # Errors
    /// [`ObjectError::Path`], [`ObjectError::Store`].
    pub async fn list_after(&self, prefix: &str, start: &str) -> Result<Vec<String>, ObjectError> {
        let found = self.store.list_with_offset(Some(&locate(prefix)?), &locate(start)?);
        let mut paths: Vec<String> = found.map_ok(|meta| meta.location.to_string()).try_collect().await?;
        paths.sort_unstable();
        Ok(paths)
    }

    /// The paths of all objects under `prefix` (empty: of all objects), sorted. Whole objects only.
    ///
    /// # Errors
    /// [`ObjectError::Path`], [`ObjectError::Store`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectError> {
        let prefix = if prefix.is_empty() { None } else { Some(locate(prefix)?) };
        let mut paths: Vec<String> = self
            .store
            .list(prefix.as_ref())
            .map_ok(|meta| meta.location.to_string())
            .try_filter(|path| future::ready(!path.starts_with(PROBES)))
            .try_collect()
            .await?;
        paths.sort_unstable();
        Ok(paths)
    }
}

/// What is gone already need not be deleted.
fn absent<T>(error: object_store::Error) -> Result<Option<T>, ObjectError> {
    match error {
        object_store::Error::NotFound { .. } => Ok(None),
        other => Err(other.into()),
    }
}

/// Checks a path that a caller gave. Paths are chosen by us (CWE-22), so there is no need to be generous.
pub(crate) fn locate(path: &str) -> Result<Path, ObjectError> {
    let good = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if path.split('/').all(good) {
        Path::parse(path).map_err(|_| ObjectError::Path(path.to_owned()))
    } else {
        Err(ObjectError::Path(path.to_owned()))
    }
}

/// Makes the directory where it is missing, and finds out whether files can be made in it.
fn prepare(path: &PathBuf) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)?;
    let probe = path.join(format!(".writable-{}", std::process::id()));
    fs::write(&probe, b"")?;
    match fs::remove_file(&probe) {
        // Another store of this process tried the same directory at the same moment.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
