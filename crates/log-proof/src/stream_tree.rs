//! The tree over all streams, which makes a history provably complete.
//!
//! A log proves that an event is in it; that no event of a stream was left out needs more. Each stream has
//! a *head*: `head(n) = SHA-256(0x02, head(n - 1), leaf(n))`, beginning with 32 zero bytes. A stream's *key* is
//! the SHA-256 of its type and id, each with its length before it. The first two bytes of the key choose one
//! of 65,536 buckets; a bucket's hash is SHA-256 over 0x03 and, for each of its streams in the order of their
//! keys, key, last sequence (8 bytes, big endian) and head. The buckets are the leaves of a Merkle tree of
//! 16 levels, whose root every checkpoint holds.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hash::{self, Hash, node};

/// How many buckets there are.
pub const BUCKETS: usize = 1 << 16;
/// How many levels lie above them.
pub const LEVELS: usize = 16;

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamHead {
    /// Which stream.
    pub key: Hash,
    /// The sequence of its last event.
    pub last_sequence: i64,
    /// The hash over all its leaves.
    pub head: Hash,
}

impl StreamHead {
    /// A stream without events.
    pub fn before_first(key: Hash) -> Self {
        Self { key, last_sequence: 0, head: Hash::ZERO }
    }

    /// Adds an event.
    pub fn push(&mut self, leaf: &Hash) {
        self.last_sequence += 1;
        self.head = hash::head(&self.head, leaf);
    }
}

/// The key of a stream.
pub fn key(aggregate_type: &str, aggregate_id: &str) -> Hash {
    let mut hash = Sha256::new();
    for part in [aggregate_type, aggregate_id] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    Hash(hash.finalize().into())
}

/// The bucket of a stream, or of whatever else has a key.
pub fn bucket_of(key: &Hash) -> usize {
    usize::from(u16::from_be_bytes([key.0[0], key.0[1]]))
}

/// The least key of a bucket.
pub fn first_key(bucket: usize) -> Vec<u8> {
    // Beyond the last bucket nothing is as great.
    match u16::try_from(bucket) {
        Ok(bucket) => bucket.to_be_bytes().to_vec(),
        Err(_) => vec![0xff; 33],
    }
}

/// The hash of a bucket that holds these streams, in the order of their keys.
pub fn bucket_hash<'a>(heads: impl IntoIterator<Item = &'a StreamHead>) -> Hash {
    let heads = heads.into_iter();
    hash::bucket(hash::STREAMS, heads.map(|stream| (&stream.key, stream.last_sequence, &stream.head)))
}

/// The hashes of all buckets.
#[derive(Clone)]
pub struct Buckets(Vec<Hash>);

impl Buckets {
    /// No stream at all.
    pub fn empty() -> Self {
        Self::all(bucket_hash([]))
    }

    /// All with one hash: that of an empty bucket of their kind.
    pub fn all(hash: Hash) -> Self {
        Self(vec![hash; BUCKETS])
    }

    /// Sets the hash of a bucket.
    pub fn set(&mut self, bucket: usize, hash: Hash) {
        self.0[bucket] = hash;
    }

    /// The hash of a bucket.
    pub fn get(&self, bucket: usize) -> Hash {
        self.0[bucket]
    }

    /// The root over them.
    pub fn root(&self) -> Hash {
        self.path(0).1
    }

    /// The siblings on the way from `bucket` to the root, and the root.
    pub fn path(&self, bucket: usize) -> (Vec<Hash>, Hash) {
        let (mut level, mut number) = (self.0.clone(), bucket);
        let mut path = Vec::with_capacity(LEVELS);
        while level.len() > 1 {
            path.push(level[number ^ 1]);
            level = level.chunks_exact(2).map(|pair| node(&pair[0], &pair[1])).collect();
            number /= 2;
        }
        (path, level[0])
    }
}

/// The root that `path` leads to from a bucket with this hash.
pub fn root_of(bucket: usize, hash: Hash, path: &[Hash]) -> Hash {
    let mut number = bucket;
    path.iter().fold(hash, |hash, sibling| {
        let parent = if number.is_multiple_of(2) { node(&hash, sibling) } else { node(sibling, &hash) };
        number /= 2;
        parent
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_its_bucket_to_the_root_and_from_no_other() {
        let mut buckets = Buckets::empty();
        let full = bucket_hash(&[StreamHead { last_sequence: 3, ..StreamHead::before_first(key("a", "b")) }]);
        buckets.set(40_000, full);
        let (path, root) = buckets.path(40_000);
        assert_eq!((path.len(), root), (LEVELS, buckets.root()));
        assert_ne!(root, Buckets::empty().root());
        assert_eq!(root_of(40_000, full, &path), root);
        assert_ne!(root_of(40_001, full, &path), root);
        assert_ne!(root_of(40_000, bucket_hash([]), &path), root);
    }

    #[test]
    fn keys_and_heads_tell_streams_and_orders_apart() {
        assert_ne!(key("ab", "c"), key("a", "bc"));
        let (one, other) = (key("a", "1"), key("a", "2"));
        let fold = |leaves: [&Hash; 2]| {
            let mut head = StreamHead::before_first(one);
            leaves.into_iter().for_each(|leaf| head.push(leaf));
            head
        };
        assert_eq!(fold([&one, &other]).last_sequence, 2);
        assert_ne!(fold([&one, &other]).head, fold([&other, &one]).head);
    }

    #[test]
    fn a_bucket_is_a_range_of_keys() {
        let key = key("account", "acc_1");
        let bucket = bucket_of(&key);
        assert!(first_key(bucket).as_slice() <= key.0.as_slice());
        assert!(first_key(bucket + 1).as_slice() > key.0.as_slice());
        assert!(first_key(BUCKETS).as_slice() > [0xff; 32].as_slice());
    }
}
