//! The roots over all streams and over all accounts, made again from the events, against those that a checkpoint states.
//!
//! It suffices because such a root binds each bucket, a bucket each head in it, and a head all that it was made of, in its
//! order. Only the newest checkpoint and the one that was kept are targets: with a checkpoint a minute the others would
//! cost more than all the rest.

use super::findings::Findings;
use super::windows::Windows;
use crate::proof::growth::Forest;
use log_proof::Checkpoint;
use log_proof::hash::Hash;

/// A checkpoint whose roots over streams and accounts are made again, and the buckets so far.
pub(super) struct RootTarget {
    pub checkpoint: Checkpoint,
    pub forest: Forest,
}

impl RootTarget {
    pub(super) fn new(checkpoint: &Checkpoint) -> Self {
        Self { checkpoint: checkpoint.clone(), forest: Forest::empty() }
    }

    /// Adds the buckets in memory, as they are when the pass stands at the checkpoint's size.
    pub(super) fn add(&mut self, windows: &Windows) {
        windows.streams.hash_into(&mut self.forest.streams);
        windows.subjects.hash_into(&mut self.forest.subjects);
    }

    /// Compares the roots, once all buckets were added.
    pub(super) fn compare(&self, findings: &mut Findings) {
        compare_streams(&self.checkpoint, self.forest.streams.root(), findings);
        compare_subjects(&self.checkpoint, self.forest.subjects.root(), findings);
    }
}

/// Compares the root over all streams with the one that was signed.
pub(super) fn compare_streams(signed: &Checkpoint, root: Hash, findings: &mut Findings) {
    if signed.streams != root {
        findings.at(
            signed.size,
            format!("the root over all streams is not that of the checkpoint signed at {}", signed.time),
        );
    }
}

/// Compares the root over all accounts with the one that was signed, if one was.
pub(super) fn compare_subjects(signed: &Checkpoint, root: Hash, findings: &mut Findings) {
    if signed.subjects.is_some_and(|subjects| subjects != root) {
        findings.at(
            signed.size,
            format!("the root over all accounts is not that of the checkpoint signed at {}", signed.time),
        );
    }
}
