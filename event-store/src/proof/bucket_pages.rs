//! Buckets by their numbers: which changed, and which keys lie in them.

use std::collections::BTreeSet;

use log_proof::stream_tree::first_key;

/// The buckets that changed, unless that is not known.
pub(super) type Changed = Option<BTreeSet<usize>>;

/// The ranges of keys of the buckets in a page: the least of each, and the least of the next.
pub(super) fn ranges(page: &[usize]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    page.iter().map(|bucket| (first_key(*bucket), first_key(*bucket + 1))).unzip()
}
