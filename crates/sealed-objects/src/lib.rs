#![doc = include_str!("../README.md")]
//!
//! # Format, version 1
//! ```text
//! object  = header chunk*(0..) last-chunk
//! header  = "PSOV" version(1 byte = 1) nonce-prefix(19 random bytes)              24 bytes
//! chunk   = XChaCha20-Poly1305(65536 bytes of plaintext)                    65536 + 16 bytes
//! last    = XChaCha20-Poly1305(the remaining 1..=65536 bytes; 0 only in an empty object)
//! nonce   = nonce-prefix(19) chunk-number(4, big endian) last(1 byte: 0 or 1)
//! aad     = "PSOV" version path
//! ```
//! This is STREAM of Hoang, Reyhanitabar, Rogaway and Vizár (<https://eprint.iacr.org/2015/189>) in the
//! `aead-stream` crate's `BE32` flavour. Chunks stand at computable places, so any range is read
//! without the rest. Four bytes of counter over 64 KiB reach 256 TiB.
//!
//! # What always holds
//! - A byte is handed out only after its chunk's tag was checked. Chunks moved, repeated or taken from
//!   another object do not open: the nonce binds the number, the associated data binds the path (the
//!   path inside the object store, so a store may be moved as a whole).
//! - An object cut short, at a chunk's border too, does not open at its end: the last chunk is marked.
//!   A range that goes past the end is an error, never a short answer.
//! - An object exists under its path only after [`SealedWriter::finish`]: rename in a directory
//!   (with fsync of file and directory), completion of the multipart upload elsewhere.
//!
//! # What a crash in the middle leaves
//! In a directory a staging file `path#1`, which is never listed or read, and which
//! [`SealedObjectStore::remove_all`] deletes. In S3 and Google Cloud Storage the parts of an upload never
//! completed: unreadable, not listed, and sealed like the rest, but `object_store` cannot enumerate
//! them, so give the bucket a life-cycle rule that aborts incomplete uploads after a day or two.
//! Azure drops uncommitted blocks by itself after a week. A probe of [`SealedObjectStore::check`] may stay
//! under `.check/`; it holds random bytes.

mod cloud;
mod format;
mod plain;
mod read;
mod staging;
mod store;
mod write;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use zeroize::Zeroizing;

pub use store::SealedObjectStore;
pub use write::{Sealed, SealedWriter};

/// The key that seals one object, or all objects of one privacy request: 256 bits from a CSPRNG.
/// Wiped from memory when dropped, and never shown by `Debug`.
#[derive(Clone)]
pub struct ObjectKey(Zeroizing<[u8; 32]>);

impl ObjectKey {
    /// Takes over 32 uniformly random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl std::fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ObjectKey(..)")
    }
}

/// Why the object store could not do what was asked. No variant holds keys or content; paths are made of ids.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The URL's scheme is not one the object store knows.
    #[error("archives cannot be kept at a {0}: URL; use file:, s3:, gs:, az: or memory:")]
    Scheme(String),
    /// The URL's path is not one that can be used.
    #[error("the archive URL does not name a usable place")]
    Url(#[source] Option<object_store::path::Error>),
    /// The directory cannot be made or written.
    #[error("the archive directory {} cannot be written", path.display())]
    Directory {
        /// The directory as configured.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A path that is empty, absolute, or has a part other than `[A-Za-z0-9_-][A-Za-z0-9._-]*`.
    #[error("{0:?} is not a path inside the object store")]
    Path(String),
    /// There is no object under this path.
    #[error("there is no such object")]
    NotFound,
    /// Too short, or does not begin like a sealed object.
    #[error("not a sealed object")]
    Malformed,
    /// Sealed by a later release.
    #[error("sealed in format version {0}, which this release cannot open")]
    Version(u8),
    /// A chunk's tag does not match: wrong key, wrong path, changed or cut short.
    #[error("chunk {chunk} does not open: wrong key, or the object was changed, moved or cut short")]
    Authentication {
        /// Number of the chunk, from 0.
        chunk: u32,
    },
    /// The object was replaced while it was being read.
    #[error("the object was replaced while it was being read")]
    Replaced,
    /// The range is not inside the object.
    #[error("bytes {start}..{end} are not inside an object of {bytes} bytes")]
    Range {
        /// First byte asked for.
        start: u64,
        /// One past the last byte asked for.
        end: u64,
        /// The object's plaintext length in bytes.
        bytes: u64,
    },
    /// More plaintext than an object may have (about 156 GiB: 10,000 parts of 16 MiB, S3's limit).
    #[error("the object is longer than an object store takes")]
    TooLong,
    /// An earlier call on this writer failed or was cancelled, so the object cannot be completed.
    #[error("the writer failed or was interrupted before; write the object anew")]
    Interrupted,
    /// The operating system gave no random bytes.
    #[error("no random bytes to be had")]
    Random,
    /// A probe came back different from what was written.
    #[error("the object store does not return what was stored")]
    Probe,
    /// The object store refused or could not be reached.
    #[error("the object store failed")]
    Store(#[source] object_store::Error),
    /// Left-over staging files could not be deleted.
    #[error("staging files could not be deleted")]
    Leftover(#[source] std::io::Error),
}

impl From<object_store::Error> for ObjectError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            object_store::Error::Precondition { .. } => Self::Replaced,
            other => Self::Store(other),
        }
    }
}
