//! Where every stream has come to, in bounded memory.
//!
//! Streams are spread over 65,536 buckets. As many buckets are kept as memory allows: when there are too many
//! streams, the upper half of the buckets is let go, and comes in a later pass over the log.

use std::collections::HashMap;
use std::ops::Range;

use log_proof::hash::Hash;
use log_proof::stream_tree::{Buckets, StreamHead, bucket_hash, bucket_of};

/// The streams of some buckets.
pub(super) struct Streams {
    buckets: Range<usize>,
    most: usize,
    heads: HashMap<Hash, (i64, Hash)>,
}

impl Streams {
    /// Those in buckets from `from` on, about `most` at once.
    pub(super) fn from_bucket(from: usize, most: usize) -> Self {
        Self { buckets: from..log_proof::stream_tree::BUCKETS, most, heads: HashMap::new() }
    }

    /// None at all: for what is verified by other means.
    pub(super) fn none() -> Self {
        Self { buckets: 0..0, most: 0, heads: HashMap::new() }
    }

    /// The buckets that are kept.
    pub(super) fn buckets(&self) -> Range<usize> {
        self.buckets.clone()
    }

    /// Adds an event to its stream. If it is not the next there, says which would be.
    pub(super) fn push(&mut self, key: Hash, sequence: i64, leaf: &Hash) -> Result<(), i64> {
        if !self.buckets.contains(&bucket_of(&key)) {
            return Ok(());
        }
        let entry = self.heads.entry(key).or_default();
        let mut stream = StreamHead { key, last_sequence: entry.0, head: entry.1 };
        stream.push(leaf);
        let expected = stream.last_sequence;
        *entry = (sequence, stream.head);
        if self.heads.len() > self.most {
            self.shrink();
        }
        if sequence == expected { Ok(()) } else { Err(expected) }
    }

    fn shrink(&mut self) {
        let middle = self.buckets.start + self.buckets.len() / 2;
        // A single bucket must be borne whole.
        if middle > self.buckets.start {
            self.buckets.end = middle;
            self.heads.retain(|key, _| bucket_of(key) < middle);
        }
    }

    /// The streams in the order of their keys.
    pub(super) fn sorted(&self) -> impl Iterator<Item = StreamHead> + '_ {
        let mut keys: Vec<&Hash> = self.heads.keys().collect();
        keys.sort_unstable();
        keys.into_iter().map(|key| {
            let (last_sequence, head) = self.heads[key];
            StreamHead { key: *key, last_sequence, head }
        })
    }

    /// Hashes the kept buckets into `buckets`.
    pub(super) fn hash_into(&self, buckets: &mut Buckets) {
        let mut hashing = Hashing::into(buckets);
        self.sorted().for_each(|head| hashing.push(head));
        hashing.finish();
    }
}

/// Hashes streams that come in the order of their keys into the buckets they fill.
pub(super) struct Hashing<'a> {
    buckets: &'a mut Buckets,
    bucket: Vec<StreamHead>,
}

impl<'a> Hashing<'a> {
    pub(super) fn into(buckets: &'a mut Buckets) -> Self {
        Self { buckets, bucket: Vec::new() }
    }

    pub(super) fn push(&mut self, head: StreamHead) {
        if self.bucket.first().is_some_and(|first| bucket_of(&first.key) != bucket_of(&head.key)) {
            self.finish();
        }
        self.bucket.push(head);
    }

    /// The bucket is complete.
    pub(super) fn finish(&mut self) {
        if let Some(first) = self.bucket.first() {
            self.buckets.set(bucket_of(&first.key), bucket_hash(&self.bucket));
        }
        self.bucket.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use log_proof::stream_tree;

    #[test]
    fn many_passes_in_little_memory_come_to_the_same_root() {
        let events: Vec<(Hash, i64)> = (1..=3)
            .flat_map(|sequence| (0..500).map(move |n| (stream_tree::key("s", &n.to_string()), sequence)))
            .collect();
        let root = |most: usize| {
            let (mut buckets, mut from, mut passes) = (Buckets::empty(), 0, 0);
            while from < stream_tree::BUCKETS {
                let mut streams = Streams::from_bucket(from, most);
                for (key, sequence) in &events {
                    streams.push(*key, *sequence, &Hash([7; 32])).unwrap();
                    assert!(streams.heads.len() <= most);
                }
                streams.hash_into(&mut buckets);
                (from, passes) = (streams.buckets().end, passes + 1);
            }
            (buckets.root(), passes)
        };
        let (whole, one) = root(500);
        let (parts, many) = root(60);
        assert_eq!((whole, one), (parts, 1));
        assert!(many > 8, "{many}");
    }

    #[test]
    fn an_event_that_is_not_the_next_is_told_once() {
        let mut streams = Streams::from_bucket(0, 10);
        let (key, leaf) = (stream_tree::key("s", "1"), Hash::ZERO);
        assert_eq!(streams.push(key, 1, &leaf), Ok(()));
        assert_eq!(streams.push(key, 3, &leaf), Err(2));
        assert_eq!(streams.push(key, 4, &leaf), Ok(()));
    }
}
