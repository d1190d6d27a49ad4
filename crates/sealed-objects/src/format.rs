//! The sealed format: header, geometry of chunks, and the cipher over one chunk.
//!
//! Why apart: writer and reader must agree to the byte, and nothing here does I/O. The layout is
//! described in the module above. What always holds: a chunk is opened only with its own number, its
//! own last-mark and its own path.

use std::ops::Range;

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use rand::{TryRng, rngs::SysRng};

use crate::{ObjectError, ObjectKey};

const MAGIC: [u8; 4] = *b"PSOV";
const VERSION: u8 = 1;
const NONCE: usize = 19;

/// Length of the header in bytes.
pub(crate) const HEADER: u64 = 4 + 1 + NONCE as u64;
/// Plaintext bytes in every chunk but the last.
pub(crate) const CHUNK: u64 = 64 * 1024;
/// Bytes that sealing adds to a chunk.
pub(crate) const TAG: u64 = 16;
/// Stored bytes of every chunk but the last.
pub(crate) const SEALED: u64 = CHUNK + TAG;

/// What an object begins with.
pub(crate) struct Header {
    nonce: [u8; NONCE],
}

impl Header {
    /// A header with a fresh nonce prefix. 152 random bits: no repeat is to be expected under one key.
    pub(crate) fn random() -> Result<Self, ObjectError> {
        let mut nonce = [0; NONCE];
        SysRng.try_fill_bytes(&mut nonce).map_err(|_| ObjectError::Random)?;
        Ok(Self { nonce })
    }

    /// The stored form.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [&MAGIC[..], &[VERSION], &self.nonce].concat()
    }

    /// Reads the stored form.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ObjectError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(ObjectError::Malformed)?;
        match rest.split_first() {
            Some((&VERSION, nonce)) => {
                Ok(Self { nonce: nonce.try_into().map_err(|_| ObjectError::Malformed)? })
            }
            Some((&version, _)) => Err(ObjectError::Version(version)),
            None => Err(ObjectError::Malformed),
        }
    }
}

/// Where the chunks of an object stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Plaintext length in bytes.
    pub(crate) bytes: u64,
    /// Number of chunks, at least one.
    pub(crate) chunks: u32,
}

impl Shape {
    /// The shape of an object that has `stored` bytes in the store.
    pub(crate) fn of_stored(stored: u64) -> Result<Self, ObjectError> {
        let body = stored.checked_sub(HEADER).ok_or(ObjectError::Malformed)?;
        let chunks = body.div_ceil(SEALED);
        let last = body.checked_sub(chunks.saturating_sub(1) * SEALED);
        let shortest = if chunks > 1 { TAG + 1 } else { TAG };
        if chunks == 0 || last.is_none_or(|last| last < shortest) {
            return Err(ObjectError::Malformed);
        }
        Ok(Self {
            bytes: body - chunks * TAG,
            chunks: u32::try_from(chunks).map_err(|_| ObjectError::Malformed)?,
        })
    }

    /// Whether `chunk` is the last.
    pub(crate) fn is_last(self, chunk: u32) -> bool {
        chunk + 1 == self.chunks
    }

    /// Where the given chunks stand in the store.
    pub(crate) fn stored(self, chunks: &Range<u32>) -> Range<u64> {
        let end = HEADER + self.bytes + u64::from(self.chunks) * TAG;
        let start = HEADER + u64::from(chunks.start) * SEALED;
        start..(HEADER + u64::from(chunks.end) * SEALED).min(end)
    }

    /// The chunks that hold the given plaintext. An empty object has one empty chunk, which is always
    /// read, so that its end is proved like any other.
    pub(crate) fn holding(self, range: &Range<u64>) -> Result<Range<u32>, ObjectError> {
        if range.start > range.end || range.end > self.bytes {
            return Err(ObjectError::Range { start: range.start, end: range.end, bytes: self.bytes });
        }
        if self.bytes == 0 {
            return Ok(0..1);
        }
        if range.is_empty() {
            return Ok(0..0);
        }
        let number = |chunk: u64| u32::try_from(chunk).map_err(|_| ObjectError::Malformed);
        Ok(number(range.start / CHUNK)?..number(range.end.div_ceil(CHUNK))?)
    }
}

/// Seals and opens the chunks of one object.
pub(crate) struct Cipher {
    stream: StreamBE32<XChaCha20Poly1305>,
    /// Binds format and path, so that objects cannot be swapped.
    aad: Vec<u8>,
}

impl Cipher {
    pub(crate) fn new(key: &ObjectKey, header: &Header, path: &str) -> Self {
        let key: &[u8; 32] = &key.0;
        Self {
            stream: StreamBE32::from_aead(XChaCha20Poly1305::new(key.into()), (&header.nonce).into()),
            aad: [&MAGIC[..], &[VERSION], path.as_bytes()].concat(),
        }
    }

    /// Seals a chunk in place; it grows by [`TAG`] bytes.
    pub(crate) fn seal(&self, chunk: u32, last: bool, buffer: &mut Vec<u8>) -> Result<(), ObjectError> {
        self.stream.encrypt_in_place(chunk, last, &self.aad, buffer).map_err(|_| ObjectError::TooLong)
    }

    /// Opens a chunk in place; it shrinks by [`TAG`] bytes.
    pub(crate) fn open(&self, chunk: u32, last: bool, buffer: &mut Vec<u8>) -> Result<(), ObjectError> {
        self.stream
            .decrypt_in_place(chunk, last, &self.aad, buffer)
            .map_err(|_| ObjectError::Authentication { chunk })
    }
}
