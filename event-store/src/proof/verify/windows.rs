//! What a pass holds in memory of streams and accounts: where each stream has come to, and which streams concern which
//! account.
//!
//! Both lie in 65,536 buckets by their keys. A window is as many buckets as memory allows: when it holds too much, it gives
//! up its upper half, which comes in a later pass over the log. Checked is the sequence of each event, against the one before
//! it in the stream; what the windows come to is compared elsewhere ([`roots`](super::roots), [`caches`](super::caches)). It
//! suffices because windows give up buckets only at their end, where the next pass begins: each bucket is whole in one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash as MapKey;
use std::ops::Range;

use super::bucket_hasher::BucketHasher;
use crate::proof::mentions;
use crate::proof::subject_streams::Pair;
use log_proof::hash::Hash;
use log_proof::stream_tree::{BUCKETS, Buckets, StreamHead, bucket_of};
use log_proof::{StoredEvent, account_tree};

/// The windows of a pass.
pub(super) struct Windows {
    pub streams: Streams,
    pub subjects: Subjects,
}

impl Windows {
    /// From the first buckets on, as many of each as `capacity` streams take.
    pub(super) fn of_first_buckets(capacity: usize) -> Self {
        Self::from_buckets(0, 0, capacity)
    }

    /// No buckets at all: for what is verified by other means.
    pub(super) fn empty() -> Self {
        Self::from_buckets(BUCKETS, BUCKETS, 0)
    }

    /// The windows after these; none after the last.
    pub(super) fn next(&self, capacity: usize) -> Option<Self> {
        let (streams, subjects) = (self.streams.buckets.end, self.subjects.buckets.end);
        (streams < BUCKETS || subjects < BUCKETS).then(|| Self::from_buckets(streams, subjects, capacity))
    }

    fn from_buckets(streams: usize, subjects: usize, capacity: usize) -> Self {
        Self {
            streams: Streams::from_bucket(streams, capacity),
            // A stream of an account takes about twice what the head of a stream takes.
            subjects: Subjects::from_bucket(subjects, capacity / 2),
        }
    }
}

/// Entries of some buckets.
pub(super) struct Window<K, V> {
    buckets: Range<usize>,
    capacity: usize,
    entries: HashMap<K, V>,
}

/// The last sequence and the head of each stream.
pub(super) type Streams = Window<Hash, (i64, Hash)>;

/// The position where a stream first named an account, for each of both.
pub(super) type Subjects = Window<Pair, u64>;

/// A key that lies in a bucket.
pub(super) trait Key: Eq + MapKey {
    fn bucket(&self) -> usize;
}

impl Key for Hash {
    fn bucket(&self) -> usize {
        bucket_of(self)
    }
}

impl Key for Pair {
    fn bucket(&self) -> usize {
        bucket_of(&self.0)
    }
}

/// The lower half of `buckets`, for when they hold more than memory allows. None of a single one: it is borne whole.
pub(super) fn lower_half(buckets: &Range<usize>) -> Option<Range<usize>> {
    (buckets.len() > 1).then(|| buckets.start..buckets.start + buckets.len() / 2)
}

impl<K: Key, V> Window<K, V> {
    /// The buckets from `from` on, with about `capacity` entries at once.
    pub(super) fn from_bucket(from: usize, capacity: usize) -> Self {
        Self { buckets: from..BUCKETS, capacity, entries: HashMap::new() }
    }

    /// The buckets in it.
    pub(super) fn buckets(&self) -> Range<usize> {
        self.buckets.clone()
    }

    /// Changes the entry of `key`, if its bucket is in the window.
    fn change<T>(&mut self, key: K, change: impl FnOnce(Entry<'_, K, V>) -> T) -> Option<T> {
        if !self.buckets.contains(&key.bucket()) {
            return None;
        }
        let changed = change(self.entries.entry(key));
        if self.entries.len() > self.capacity
            && let Some(half) = lower_half(&self.buckets)
        {
            self.entries.retain(|key, _| half.contains(&key.bucket()));
            self.buckets = half;
        }
        Some(changed)
    }
}

impl Streams {
    /// Adds an event to its stream. If it is not the next there, says which would be.
    pub(super) fn push(&mut self, key: Hash, sequence: i64, leaf: &Hash) -> Result<(), i64> {
        let expected = self.change(key, |entry| {
            let (last_sequence, head) = entry.or_default();
            let mut stream = StreamHead { key, last_sequence: *last_sequence, head: *head };
            stream.push(leaf);
            (*last_sequence, *head) = (sequence, stream.head);
            stream.last_sequence
        });
        expected.filter(|expected| *expected != sequence).map_or(Ok(()), Err)
    }

    /// The streams in the order of their keys.
    pub(super) fn sorted(&self) -> impl Iterator<Item = StreamHead> + '_ {
        let mut keys: Vec<&Hash> = self.entries.keys().collect();
        keys.sort_unstable();
        keys.into_iter().map(|key| {
            let (last_sequence, head) = self.entries[key];
            StreamHead { key: *key, last_sequence, head }
        })
    }

    /// Hashes the buckets into `buckets`.
    pub(super) fn hash_into(&self, buckets: &mut Buckets) {
        let mut hasher = BucketHasher::of_streams(buckets);
        self.sorted().for_each(|head| hasher.push(head));
        hasher.finish();
    }
}

impl Subjects {
    /// Adds the stream of an event to those that concern an account, for each that the event names.
    pub(super) fn push_event(&mut self, event: &StoredEvent<'_>, stream: Hash, position: u64) {
        mentions::each(&event.aggregate_id, &event.payload, &event.metadata, |account| {
            self.push((account_tree::key(account), stream), position);
        });
    }

    /// Adds a stream to those that concern an account, unless it is known.
    pub(super) fn push(&mut self, pair: Pair, position: u64) {
        self.change(pair, |entry| {
            entry.or_insert(position);
        });
    }

    /// Where a stream first named an account.
    pub(super) fn first(&self, pair: &Pair) -> Option<u64> {
        self.entries.get(pair).copied()
    }

    /// Forgets that a stream concerns an account. Returns where it first did, if it was known.
    pub(super) fn remove(&mut self, pair: &Pair) -> Option<u64> {
        self.entries.remove(pair)
    }

    /// The streams that concern accounts in buckets from `from` on.
    pub(super) fn pairs(&self, from: usize) -> impl Iterator<Item = &Pair> + '_ {
        self.entries.keys().filter(move |pair| pair.bucket() >= from)
    }

    /// Hashes the buckets into `buckets`.
    pub(super) fn hash_into(&self, buckets: &mut Buckets) {
        let mut sorted: Vec<(&Hash, u64, &Hash)> =
            self.entries.iter().map(|((subject, stream), position)| (subject, *position, stream)).collect();
        sorted.sort_unstable();
        let mut hasher = BucketHasher::of_subjects(buckets);
        for (subject, _, stream) in sorted {
            hasher.push(subject, stream);
        }
        hasher.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::buckets::Of;
    use log_proof::stream_tree;

    #[test]
    fn many_passes_in_little_memory_come_to_the_same_root_over_streams() {
        let events: Vec<(Hash, i64)> = (1..=3)
            .flat_map(|sequence| (0..500).map(move |n| (stream_tree::key("s", &n.to_string()), sequence)))
            .collect();
        let root = |most: usize| {
            let (mut buckets, mut from, mut passes) = (Buckets::empty(), 0, 0);
            while from < BUCKETS {
                let mut streams = Streams::from_bucket(from, most);
                for (key, sequence) in &events {
                    streams.push(*key, *sequence, &Hash([7; 32])).unwrap();
                    assert!(streams.entries.len() <= most);
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

    #[test]
    fn many_passes_in_little_memory_come_to_the_same_root_over_accounts() {
        let account = |n: u64| account_tree::key(&format!("acc_{n}"));
        let pairs: Vec<(Pair, u64)> =
            (0..1500).map(|n| ((account(n % 500), account(n % 7)), n + 1)).collect();
        let root = |most: usize| {
            let (mut buckets, mut from, mut passes) = (Of::Subjects.none(), 0, 0);
            while from < BUCKETS {
                let mut subjects = Subjects::from_bucket(from, most);
                for (pair, position) in &pairs {
                    subjects.push(*pair, *position);
                    assert!(subjects.entries.len() <= most);
                }
                subjects.hash_into(&mut buckets);
                (from, passes) = (subjects.buckets().end, passes + 1);
            }
            (buckets.root(), passes)
        };
        let (whole, one) = root(1500);
        let (parts, many) = root(120);
        assert_eq!((whole, one), (parts, 1));
        assert!(many > 8, "{many}");
        assert_ne!(whole, Of::Subjects.none().root());
    }
}
