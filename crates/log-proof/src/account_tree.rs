//! The tree over all accounts, which makes it provable which streams concern one.
//!
//! A stream concerns an account when one of its events does (its id stands in it). An account's *key* is the SHA-256
//! of its id; its *head* is the chain over the keys of its streams in the order in which each first named it:
//! `head(n) = SHA-256(0x04, head(n - 1), key of the stream)`, beginning with 32 zero bytes. Keys and heads lie in
//! 65,536 buckets below a tree, as those of streams do ([`crate::stream_tree`]): a bucket's hash is SHA-256 over 0x05 and,
//! for each account in the order of their keys, key, number of streams (8 bytes, big endian) and head.

use serde::{Deserialize, Serialize};

use crate::hash::{self, Hash};

/// Which streams concern an account, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectHead {
    /// Which account.
    pub key: Hash,
    /// How many streams.
    pub streams: i64,
    /// The chain over their keys.
    pub head: Hash,
}

impl SubjectHead {
    /// An account that no event names.
    pub fn before_first(key: Hash) -> Self {
        Self { key, streams: 0, head: Hash::ZERO }
    }

    /// Adds a stream.
    pub fn push(&mut self, stream: &Hash) {
        self.streams += 1;
        self.head = hash::subject(&self.head, stream);
    }
}

/// The key of an account.
pub fn key(account: &str) -> Hash {
    Hash::of(account.as_bytes())
}

/// The hash of a bucket that holds these accounts, in the order of their keys.
pub fn bucket_hash<'a>(heads: impl IntoIterator<Item = &'a SubjectHead>) -> Hash {
    let heads = heads.into_iter();
    hash::bucket(hash::SUBJECTS, heads.map(|subject| (&subject.key, subject.streams, &subject.head)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_and_their_order_make_the_head() {
        let (one, other) = (key("acc_1"), key("acc_2"));
        let fold = |streams: &[&Hash]| {
            let mut head = SubjectHead::before_first(one);
            streams.iter().for_each(|stream| head.push(stream));
            head
        };
        assert_eq!(fold(&[&one, &other]).streams, 2);
        let heads = [fold(&[]), fold(&[&one]), fold(&[&other]), fold(&[&one, &other]), fold(&[&other, &one])];
        for (n, head) in heads.iter().enumerate() {
            assert!(heads[n + 1..].iter().all(|other| other.head != head.head), "{n}");
        }
        assert_ne!(bucket_hash([]), crate::stream_tree::bucket_hash([]));
    }
}
