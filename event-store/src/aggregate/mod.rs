//! Aggregates as they stand: their [streams](stream), [snapshots](snapshot) of them, [folded](load), and the [cache] of
//! those that were used last.

pub(crate) mod cache;
pub(crate) mod load;
pub(crate) mod snapshot;
pub(crate) mod stream;
