//! Reading a range of a sealed object.
//!
//! Why in windows: a person may take hours for 50 GB, and no request to the store stays open that long.
//! So chunks are fetched two megabytes at a time, the next window while the present one is handed out,
//! each in a short request of its own which the store's client retries.
//!
//! What always holds: bytes come in order, each from a chunk whose tag was checked; the stream ends early
//! only with an error; every window is of the same object, even where a new one takes its place
//! meanwhile. At most three windows are held. A crash leaves nothing: this only reads.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use object_store::{GetOptions, GetRange, GetResult, ObjectStore, path::Path};

use crate::format::{CHUNK, Cipher, HEADER, Header, SEALED, Shape};
use crate::{ObjectError, ObjectKey};

/// Chunks fetched by one request: 2 MiB.
const WINDOW: u32 = 32;

/// The plaintext bytes `range` of the object at `path`.
pub(crate) fn range(
    store: Arc<dyn ObjectStore>,
    path: Path,
    key: ObjectKey,
    range: Range<u64>,
) -> impl Stream<Item = Result<Bytes, ObjectError>> + Send + 'static {
    stream::once(async move { Object::open(store, path, &key).await?.range(range) }).try_flatten()
}

/// An object whose header was read.
struct Object {
    store: Arc<dyn ObjectStore>,
    path: Path,
    /// Names this very object, so that a window of a later one is refused.
    tag: Option<String>,
    cipher: Cipher,
    shape: Shape,
}

impl Object {
    async fn open(store: Arc<dyn ObjectStore>, path: Path, key: &ObjectKey) -> Result<Self, ObjectError> {
        let answer = get(&*store, &path, 0..HEADER, None).await?;
        let shape = Shape::of_stored(answer.meta.size)?;
        let tag = answer.meta.e_tag.clone();
        let header = Header::parse(&answer.bytes().await?)?;
        Ok(Self { cipher: Cipher::new(key, &header, path.as_ref()), store, path, tag, shape })
    }

    fn range(
        self,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes, ObjectError>> + Send + 'static, ObjectError> {
        let chunks = self.shape.holding(&range)?;
        let object = Arc::new(self);
        let windows = chunks
            .clone()
            .step_by(WINDOW as usize)
            .map(move |start| start..start.saturating_add(WINDOW).min(chunks.end));
        Ok(stream::iter(windows)
            .map(move |window| {
                let (object, range) = (Arc::clone(&object), range.clone());
                async move {
                    let sealed = object.fetch(&window).await?;
                    Ok::<_, ObjectError>(stream::iter(object.opened(window, sealed, range)))
                }
            })
            .buffered(2)
            .try_flatten()
            .try_filter(|bytes| std::future::ready(!bytes.is_empty())))
    }

    /// The stored bytes of some chunks.
    async fn fetch(&self, chunks: &Range<u32>) -> Result<Bytes, ObjectError> {
        let stored = self.shape.stored(chunks);
        let length = stored.end - stored.start;
        let answer = get(&*self.store, &self.path, stored, self.tag.clone()).await?;
        let bytes = answer.bytes().await?;
        // A store that gives less than it promised is no reason to panic further down.
        if bytes.len() as u64 != length {
            return Err(ObjectError::Malformed);
        }
        Ok(bytes)
    }

    /// Opens chunk after chunk, and cuts what lies outside the range.
    fn opened(
        self: Arc<Self>,
        chunks: Range<u32>,
        mut sealed: Bytes,
        range: Range<u64>,
    ) -> impl Iterator<Item = Result<Bytes, ObjectError>> + Send + 'static {
        chunks.map(move |chunk| {
            let mut buffer = Vec::from(sealed.split_to(sealed.len().min(SEALED as usize)));
            self.cipher.open(chunk, self.shape.is_last(chunk), &mut buffer)?;
            let begins = u64::from(chunk) * CHUNK;
            let within = |at: u64| at.saturating_sub(begins).min(buffer.len() as u64) as usize;
            let (from, to) = (within(range.start), within(range.end));
            Ok(Bytes::from(buffer).slice(from..to))
        })
    }
}

async fn get(
    store: &dyn ObjectStore,
    path: &Path,
    range: Range<u64>,
    tag: Option<String>,
) -> Result<GetResult, ObjectError> {
    let options =
        GetOptions { range: Some(GetRange::Bounded(range)), if_match: tag, ..GetOptions::default() };
    Ok(store.get_opts(path, options).await?)
}
