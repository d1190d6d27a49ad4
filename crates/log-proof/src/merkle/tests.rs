//! The known answers of RFC 6962's reference implementation, and a naive tree for all sizes.

use super::*;

/// `MTH`, word for word (RFC 6962, section 2.1).
fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node(&naive(left), &naive(right))
        }
    }
}

fn leaf(data: &[u8]) -> Hash {
    Hash::of(&[&[crate::hash::LEAF], data].concat())
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
}

fn hash(range: Range<u64>, leaves: &[Hash]) -> Hash {
    let root = |part: Subtree| {
        let start = (part.index << part.level) as usize;
        naive(&leaves[start..start + (1 << part.level)])
    };
    join(&subtrees(range).into_iter().map(root).collect::<Vec<_>>())
}

fn hashes(ranges: Vec<Range<u64>>, leaves: &[Hash]) -> Vec<Hash> {
    ranges.into_iter().map(|range| hash(range, leaves)).collect()
}

fn hex(text: &str) -> Hash {
    Hash::from_slice(&::hex::decode(text).unwrap()).unwrap()
}

/// The inputs and roots of certificate-transparency's `merkle_tree_test.cc`.
#[test]
fn the_known_answers_of_certificate_transparency() {
    let inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let empty = hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), empty);
    for (input, root) in inputs.iter().zip(roots) {
        frontier.push(leaf(&::hex::decode(input).unwrap()), |_, _| {});
        assert_eq!(frontier.root(), hex(root));
    }
    // The path of leaf 0 in the tree of 8, and from 6 leaves to 8.
    let all: Vec<Hash> = inputs.iter().map(|input| leaf(&::hex::decode(input).unwrap())).collect();
    let path = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(hashes(inclusion(0, 8), &all), path.map(hex));
    let path = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(hashes(consistency(6, 8), &all), path.map(hex));
}

#[test]
fn every_frontier_and_subtree_is_that_of_the_naive_tree() {
    let all = leaves(300);
    let mut frontier = Frontier::default();
    for size in 1..=300 {
        frontier.push(all[size - 1], |part, root| {
            let start = (part.index << part.level) as usize;
            assert_eq!(root, naive(&all[start..start + (1 << part.level)]));
        });
        assert_eq!(frontier.root(), naive(&all[..size]));
        let peaks = subtrees(0..size as u64).into_iter();
        let peaks = peaks.map(|part| hash(part.index << part.level..(part.index + 1) << part.level, &all));
        assert_eq!(Frontier::from_peaks(size as u64, peaks.collect()), frontier);
    }
}

#[test]
fn every_inclusion_to_300_is_proved_and_no_other_leaf_or_place() {
    let all = leaves(300);
    for size in 1..=300 {
        let root = naive(&all[..size as usize]);
        for index in 0..size {
            let path = hashes(inclusion(index, size), &all);
            let leaf = &all[index as usize];
            assert!(check_inclusion(leaf, index, size, &path, &root), "{index} of {size}");
            assert!(!check_inclusion(&all[(index as usize + 1) % 300], index, size, &path, &root));
            assert!(!check_inclusion(leaf, size, size, &path, &root));
            if size > 1 {
                assert!(!check_inclusion(leaf, (index + 1) % size, size, &path, &root), "{index} of {size}");
                assert!(!check_inclusion(leaf, index, size, &path[1..], &root));
            }
            assert!(!check_inclusion(leaf, index, size, &[&path[..], &[*leaf]].concat(), &root));
        }
    }
}

#[test]
fn every_consistency_to_300_is_proved_and_no_other_beginning() {
    let all = leaves(300);
    let roots: Vec<Hash> = (0..=300).map(|size| naive(&all[..size])).collect();
    for new in 1..=300u64 {
        for old in 0..=new {
            let path = hashes(consistency(old, new), &all);
            let [from, to] = [&roots[old as usize], &roots[new as usize]];
            assert!(check_consistency(old, from, new, to, &path), "{old} to {new}");
            assert!(!check_consistency(old, &Hash::ZERO, new, to, &path), "{old} to {new}");
            if old > 0 {
                assert!(!check_consistency(old, from, new, &Hash::ZERO, &path), "{old} to {new}");
            }
            assert!(!check_consistency(old, from, new, to, &[&path[..], &[Hash::ZERO]].concat()));
            if !path.is_empty() {
                assert!(!check_consistency(old, from, new, to, &path[1..]), "{old} to {new}");
            }
        }
        assert!(!check_consistency(new + 1, &Hash::ZERO, new, &roots[new as usize], &[]));
    }
}
