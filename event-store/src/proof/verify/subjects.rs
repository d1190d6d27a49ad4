//! Which streams concern which account, made again from the events, in bounded memory: as with streams, as many
//! buckets are kept as memory allows, and the others come in a later pass over the log.

use std::collections::HashMap;
use std::ops::Range;

use crate::proof::mentions;
use crate::proof::subject_streams::Pair;
use log_proof::StoredEvent;
use log_proof::account_tree::{self, SubjectHead, bucket_hash};
use log_proof::hash::Hash;
use log_proof::stream_tree::{BUCKETS, Buckets, bucket_of};

/// The streams that concern the accounts of some buckets.
pub(super) struct Subjects {
    buckets: Range<usize>,
    most: usize,
    /// Where each stream first named each account.
    first: HashMap<Pair, u64>,
}

impl Subjects {
    /// Those of accounts in buckets from `from` on, about `most` at once.
    pub(super) fn from_bucket(from: usize, most: usize) -> Self {
        Self { buckets: from..BUCKETS, most, first: HashMap::new() }
    }

    /// None at all: for a pass in which they are of no interest.
    pub(super) fn none() -> Self {
        Self { buckets: 0..0, most: 0, first: HashMap::new() }
    }

    /// The buckets that are kept.
    pub(super) fn buckets(&self) -> Range<usize> {
        self.buckets.clone()
    }

    /// Adds whom an event concerns.
    pub(super) fn take(&mut self, event: &StoredEvent<'_>, stream: Hash, position: u64) {
        mentions::each(&event.aggregate_id, &event.payload, &event.metadata, |account| {
            self.push((account_tree::key(account), stream), position);
        });
    }

    /// Adds a stream to those that concern an account, unless it is known.
    pub(super) fn push(&mut self, pair: Pair, position: u64) {
        if self.buckets.contains(&bucket_of(&pair.0)) {
            self.first.entry(pair).or_insert(position);
            if self.first.len() > self.most {
                self.shrink();
            }
        }
    }

    fn shrink(&mut self) {
        let middle = self.buckets.start + self.buckets.len() / 2;
        // A single bucket must be borne whole.
        if middle > self.buckets.start {
            self.buckets.end = middle;
            self.first.retain(|(subject, _), _| bucket_of(subject) < middle);
        }
    }

    /// Where a stream first named an account.
    pub(super) fn first(&self, pair: &Pair) -> Option<u64> {
        self.first.get(pair).copied()
    }

    /// Forgets that a stream concerns an account. Returns where it first did, if it was known.
    pub(super) fn remove(&mut self, pair: &Pair) -> Option<u64> {
        self.first.remove(pair)
    }

    /// The streams that concern accounts in buckets from `from` on, and where each first did.
    pub(super) fn pairs(&self, from: usize) -> impl Iterator<Item = (&Pair, u64)> + '_ {
        let here = self.first.iter().filter(move |((subject, _), _)| bucket_of(subject) >= from);
        here.map(|(pair, position)| (pair, *position))
    }

    /// Hashes the kept buckets into `buckets`.
    pub(super) fn hash_into(&self, buckets: &mut Buckets) {
        let mut sorted: Vec<(&Hash, u64, &Hash)> =
            self.first.iter().map(|((subject, stream), position)| (subject, *position, stream)).collect();
        sorted.sort_unstable();
        let mut hashing = Hashing::into(buckets);
        for (subject, _, stream) in sorted {
            hashing.push(subject, stream);
        }
        hashing.finish();
    }
}

/// Hashes the streams of accounts, which come in the order of the accounts' keys, into the buckets they fill.
pub(super) struct Hashing<'a> {
    buckets: &'a mut Buckets,
    bucket: Vec<SubjectHead>,
}

impl<'a> Hashing<'a> {
    pub(super) fn into(buckets: &'a mut Buckets) -> Self {
        Self { buckets, bucket: Vec::new() }
    }

    pub(super) fn push(&mut self, subject: &Hash, stream: &Hash) {
        if self.bucket.first().is_some_and(|first| bucket_of(&first.key) != bucket_of(subject)) {
            self.finish();
        }
        match self.bucket.last_mut() {
            Some(last) if last.key == *subject => last.push(stream),
            _ => {
                let mut head = SubjectHead::before_first(*subject);
                head.push(stream);
                self.bucket.push(head);
            }
        }
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
    use crate::proof::buckets::Of;

    #[test]
    fn many_passes_in_little_memory_come_to_the_same_root() {
        let account = |n: u64| account_tree::key(&format!("acc_{n}"));
        let pairs: Vec<(Pair, u64)> =
            (0..1500).map(|n| ((account(n % 500), account(n % 7)), n + 1)).collect();
        let root = |most: usize| {
            let (mut buckets, mut from, mut passes) = (Of::Subjects.none(), 0, 0);
            while from < BUCKETS {
                let mut subjects = Subjects::from_bucket(from, most);
                for (pair, position) in &pairs {
                    subjects.push(*pair, *position);
                    assert!(subjects.first.len() <= most);
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
