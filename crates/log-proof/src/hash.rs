//! The hashes that everything here is made of. Each kind begins with a byte of its own, so that none
//! can be passed off as another (RFC 6962, section 2.1).

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Begins what a leaf is the hash of.
pub const LEAF: u8 = 0;
const NODE: u8 = 1;
const HEAD: u8 = 2;
const SUBJECT: u8 = 4;
/// Begins the hash of a bucket of streams.
pub const STREAMS: u8 = 3;
/// Begins the hash of a bucket of accounts.
pub const SUBJECTS: u8 = 5;

/// A SHA-256 hash. Written as base64.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash before the first of a chain.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash with these bytes, if there are 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// An inner node of a Merkle tree (RFC 6962, section 2.1).
pub fn node(left: &Hash, right: &Hash) -> Hash {
    hash([&[NODE], left.0.as_slice(), &right.0])
}

/// The chain over everything up to and including `leaf`.
pub fn chain(before: &Hash, leaf: &Hash) -> Hash {
    hash([[].as_slice(), &before.0, &leaf.0])
}

/// The head of a stream after the event with `leaf`.
pub fn head(before: &Hash, leaf: &Hash) -> Hash {
    hash([&[HEAD], before.0.as_slice(), &leaf.0])
}

/// The chain over the streams that concern an account, after `stream`.
pub fn subject(before: &Hash, stream: &Hash) -> Hash {
    hash([&[SUBJECT], before.0.as_slice(), &stream.0])
}

/// The hash of a bucket: of the entries it holds, each a key, a count and a head.
pub fn bucket<'a>(kind: u8, entries: impl Iterator<Item = (&'a Hash, i64, &'a Hash)>) -> Hash {
    let mut hash = Sha256::new().chain_update([kind]);
    for (key, count, head) in entries {
        hash.update(key.0);
        hash.update(count.to_be_bytes());
        hash.update(head.0);
    }
    Hash(hash.finalize().into())
}

fn hash(parts: [&[u8]; 3]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    Hash(hash.finalize().into())
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        BASE64_STANDARD.decode(text).ok().and_then(|bytes| Self::from_slice(&bytes)).ok_or(NoHash)
    }
}

/// A text is no hash.
#[derive(Debug, thiserror::Error)]
#[error("expected 32 bytes in base64")]
pub struct NoHash;

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
