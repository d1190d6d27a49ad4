//! Buckets hashed one by one from what lies in them, streams or accounts, which come in the order of their keys.

use crate::proof::subject_streams;
use log_proof::hash::Hash;
use log_proof::stream_tree::{Buckets, StreamHead, bucket_of};
use log_proof::{SubjectHead, account_tree, stream_tree};

/// Hashes heads into the buckets they fill.
pub(super) struct BucketHasher<'a, H> {
    buckets: &'a mut Buckets,
    hash: fn(&[H]) -> Hash,
    /// The present bucket, and the heads in it.
    bucket: usize,
    heads: Vec<H>,
}

impl<'a, H> BucketHasher<'a, H> {
    fn new(buckets: &'a mut Buckets, hash: fn(&[H]) -> Hash) -> Self {
        Self { buckets, hash, bucket: 0, heads: Vec::new() }
    }

    /// What comes next has this key.
    fn go_to(&mut self, key: &Hash) {
        if bucket_of(key) != self.bucket {
            self.finish();
            self.bucket = bucket_of(key);
        }
    }

    /// The present bucket is complete.
    pub(super) fn finish(&mut self) {
        if !self.heads.is_empty() {
            self.buckets.set(self.bucket, (self.hash)(&self.heads));
            self.heads.clear();
        }
    }
}

impl<'a> BucketHasher<'a, StreamHead> {
    pub(super) fn of_streams(buckets: &'a mut Buckets) -> Self {
        Self::new(buckets, |heads| stream_tree::bucket_hash(heads))
    }

    pub(super) fn push(&mut self, head: StreamHead) {
        self.go_to(&head.key);
        self.heads.push(head);
    }
}

impl<'a> BucketHasher<'a, SubjectHead> {
    pub(super) fn of_subjects(buckets: &'a mut Buckets) -> Self {
        Self::new(buckets, |heads| account_tree::bucket_hash(heads))
    }

    /// Adds the next stream of an account to its head.
    pub(super) fn push(&mut self, subject: &Hash, stream: &Hash) {
        self.go_to(subject);
        subject_streams::fold(&mut self.heads, *subject, stream);
    }
}
