//! Writing a sealed object.
//!
//! Why a type of its own: it holds back the newest chunk until it is known whether it is the last, and
//! lets no more than two parts be on their way, so a slow store slows its source instead of filling the
//! memory. At most two parts of 16 MiB and one chunk are held, whatever the object's length.
//!
//! What always holds: the path is touched by [`SealedWriter::finish`] alone. A failed or cancelled call
//! makes the writer refuse all later ones, so no object ever has a hole. What a crash leaves is told in
//! the module above; a drop without `finish` aborts the upload in the background.

use bytes::Bytes;
use object_store::{MultipartUpload, WriteMultipart};
use sha2::{Digest, Sha256};

use crate::format::{CHUNK, Cipher, HEADER, Header, SEALED};
use crate::{ObjectError, ObjectKey};

/// Bytes in an uploaded part. All but the last are of this size, as R2 wants it; S3 and GCS take
/// 10,000 of them.
pub(crate) const PART: u64 = 16 * 1024 * 1024;
/// Parts that may be on their way before a write waits.
const IN_FLIGHT: usize = 2;
/// Chunks that fit into 10,000 parts.
const MAX_CHUNKS: u32 = ((10_000 * PART - HEADER) / SEALED) as u32;
/// The same two lengths as sizes in memory.
const CHUNK_LEN: usize = CHUNK as usize;
const SEALED_LEN: usize = SEALED as usize;

/// An object that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Plaintext length in bytes.
    pub bytes: u64,
    /// SHA-256 of the plaintext.
    pub sha256: [u8; 32],
}

/// An object being written. Made by [`SealedObjectStore::create`](crate::SealedObjectStore::create).
pub struct SealedWriter {
    /// `None` once finished or aborted.
    upload: Option<WriteMultipart>,
    cipher: Cipher,
    /// Number of the chunk that is being filled.
    chunk: u32,
    /// Plaintext of that chunk, at most [`CHUNK`] bytes.
    pending: Vec<u8>,
    bytes: u64,
    sha256: Sha256,
    /// A call began and has not come to its good end.
    interrupted: bool,
}

impl SealedWriter {
    /// Begins an object on an upload that has taken nothing yet, in parts of `part` bytes.
    pub(crate) fn new(
        upload: Box<dyn MultipartUpload>,
        key: &ObjectKey,
        path: &str,
        part: u64,
    ) -> Result<Self, ObjectError> {
        let header = Header::random()?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, part as usize);
        upload.put(header.to_bytes().into());
        Ok(Self {
            upload: Some(upload),
            cipher: Cipher::new(key, &header, path),
            chunk: 0,
            pending: Vec::with_capacity(SEALED_LEN),
            bytes: 0,
            sha256: Sha256::new(),
            interrupted: false,
        })
    }

    /// Appends plaintext, and waits while the store is busy with what came before.
    ///
    /// # Errors
    /// [`ObjectError::Store`], [`ObjectError::TooLong`]; afterwards, and also when this future was dropped
    /// before its end, every further call answers [`ObjectError::Interrupted`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), ObjectError> {
        self.enter()?;
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            if self.pending.len() == CHUNK_LEN {
                self.seal(false).await?;
            }
            let (now, later) = rest.split_at(rest.len().min(CHUNK_LEN - self.pending.len()));
            self.sha256.update(now);
            self.pending.extend_from_slice(now);
            self.bytes += now.len() as u64;
            rest = later;
        }
        self.interrupted = false;
        Ok(())
    }

    /// Seals the last chunk and makes the object appear under its path, replacing an older one whole.
    ///
    /// # Errors
    /// [`ObjectError::Store`], [`ObjectError::Interrupted`]: the object did not appear, save where the
    /// store did it and only its answer was lost.
    pub async fn finish(mut self) -> Result<Sealed, ObjectError> {
        self.enter()?;
        self.seal(true).await?;
        let upload = self.upload.take().ok_or(ObjectError::Interrupted)?;
        upload.finish().await?;
        Ok(Sealed { bytes: self.bytes, sha256: std::mem::take(&mut self.sha256).finalize().into() })
    }

    /// Gives the object up and waits until what was uploaded is gone. Does its best: where the store
    /// cannot be reached, the unreadable parts stay until its life-cycle rule takes them.
    pub async fn abort(mut self) {
        if let Some(upload) = self.upload.take()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "aborting the upload failed");
        }
    }

    fn enter(&mut self) -> Result<(), ObjectError> {
        if std::mem::replace(&mut self.interrupted, true) {
            return Err(ObjectError::Interrupted);
        }
        Ok(())
    }

    async fn seal(&mut self, last: bool) -> Result<(), ObjectError> {
        if self.chunk >= MAX_CHUNKS {
            return Err(ObjectError::TooLong);
        }
        let upload = self.upload.as_mut().ok_or(ObjectError::Interrupted)?;
        let room = if last { 0 } else { SEALED_LEN };
        let mut chunk = std::mem::replace(&mut self.pending, Vec::with_capacity(room));
        self.cipher.seal(self.chunk, last, &mut chunk)?;
        self.chunk += 1;
        upload.wait_for_capacity(IN_FLIGHT).await?;
        upload.put(chunk.into());
        // Where the store always has room nothing above waits; do not starve the other tasks.
        tokio::task::consume_budget().await;
        Ok(())
    }
}

impl Drop for SealedWriter {
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(upload.abort());
        }
    }
}
