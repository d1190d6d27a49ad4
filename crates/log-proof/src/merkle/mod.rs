//! The Merkle tree of RFC 6962 (and RFC 9162, which says the same with better words): which subtrees a
//! proof is made of, and how a proof is checked. No database here.
//!
//! Leaves are counted from 0, as the RFC does; position `p` of the log is leaf `p - 1`.

use std::ops::Range;

use crate::hash::{Hash, node};

/// The tree so far, as the roots of its complete subtrees, the largest first: all that is needed to
/// make it grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// A complete subtree: its height and its number among those of that height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subtree {
    /// Its height; 0 for a leaf.
    pub level: u32,
    /// Its number, from 0.
    pub index: u64,
}

impl Frontier {
    /// The frontier of a tree of `size` leaves whose complete subtrees ([`subtrees`]) have these roots.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Self {
        debug_assert_eq!(size.count_ones() as usize, peaks.len());
        Self { size, peaks }
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf, and tells of each subtree that it completes.
    pub fn push(&mut self, leaf: Hash, mut completed: impl FnMut(Subtree, Hash)) {
        let mut subtree = Subtree { level: 0, index: self.size };
        let mut hash = leaf;
        self.size += 1;
        while subtree.index % 2 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            subtree = Subtree { level: subtree.level + 1, index: subtree.index / 2 };
            completed(subtree, hash);
        }
        self.peaks.push(hash);
    }

    /// The root hash.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
            None => Hash::of(&[]),
        }
    }
}

/// The complete subtrees that leaves `range` consist of, the largest first. `range` begins where a subtree
/// as large as any in it may begin, as every range of a proof does.
pub fn subtrees(range: Range<u64>) -> Vec<Subtree> {
    let mut parts = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let level = (range.end - start).ilog2();
        parts.push(Subtree { level, index: start >> level });
        start += 1 << level;
    }
    parts
}

/// The hash over a range whose [`subtrees`] have these roots.
pub fn join(roots: &[Hash]) -> Hash {
    let mut roots = roots.iter().rev();
    let last = roots.next().copied().unwrap_or_else(|| Hash::of(&[]));
    roots.fold(last, |right, left| node(left, &right))
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The ranges whose hashes prove that leaf `index` is in the tree of `size` leaves, from the leaf up
/// (`PATH`, RFC 9162, section 2.1.3.1).
pub fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(middle..end);
            end = middle;
        } else {
            path.push(start..middle);
            start = middle;
        }
    }
    path.reverse();
    path
}

/// The ranges whose hashes prove that the tree of `old` leaves is the beginning of that of `new` leaves
/// (`PROOF`, RFC 9162, section 2.1.4.1).
pub fn consistency(old: u64, new: u64) -> Vec<Range<u64>> {
    let mut path = Vec::new();
    if old == 0 {
        return path;
    }
    let (mut start, mut end, mut whole) = (0, new, true);
    while old < end {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(middle..end);
            end = middle;
        } else {
            path.push(start..middle);
            (start, whole) = (middle, false);
        }
    }
    if !whole {
        path.push(start..end);
    }
    path.reverse();
    path
}

/// Whether `path` proves that the leaf `leaf` with number `index` is in the tree of `size` leaves with this
/// root (RFC 9162, section 2.1.3.2).
pub fn check_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut number, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if number % 2 == 1 || number == last {
            hash = node(sibling, &hash);
            while number % 2 == 0 && number != 0 {
                (number, last) = (number / 2, last / 2);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (number, last) = (number / 2, last / 2);
    }
    last == 0 && hash == *root
}

/// Whether `path` proves that the tree of `old` leaves with root `old_root` is the beginning of that of
/// `new` leaves with root `new_root` (RFC 9162, section 2.1.4.2).
pub fn check_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> bool {
    match old {
        0 => return path.is_empty() && *old_root == Hash::of(&[]),
        _ if old > new => return false,
        _ if old == new => return path.is_empty() && old_root == new_root,
        _ => {}
    }
    // A complete old tree is its own first hash.
    let mut path = old.is_power_of_two().then_some(old_root).into_iter().chain(path);
    let Some(first) = path.next() else { return false };
    let (mut number, mut last) = (old - 1, new - 1);
    while number % 2 == 1 {
        (number, last) = (number / 2, last / 2);
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if number % 2 == 1 || number == last {
            old_hash = node(sibling, &old_hash);
            new_hash = node(sibling, &new_hash);
            while number % 2 == 0 && number != 0 {
                (number, last) = (number / 2, last / 2);
            }
        } else {
            new_hash = node(&new_hash, sibling);
        }
        (number, last) = (number / 2, last / 2);
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

#[cfg(test)]
mod tests;
