//! Subtree roots at rest: what makes a proof over a billion events a matter of a few reads.
//!
//! Tiles of height 8 (<https://c2sp.org/tlog-tiles>): level `n` holds the roots of the complete subtrees of
//! 256ⁿ leaves, 256 to a tile. Level 0 is `log.leaf` itself. They are a cache: made from the log again
//! they are the same, and what is read here is trusted only once it led to a signed root.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use sqlx::PgConnection;

use super::error::ProofError;
use log_proof::hash::Hash;
use log_proof::merkle::{Frontier, Subtree, join, subtrees};

/// Levels of the tree that one tile spans.
const HEIGHT: u32 = 8;
/// Hashes in a whole tile.
const WIDTH: u64 = 1 << HEIGHT;

/// A place in the tables: level 0 is in `log`.
type Place = (u32, u64);

/// Reads subtree roots, each tile once.
pub(super) struct TreeReader<'c> {
    db: &'c mut PgConnection,
    tiles: HashMap<Place, Vec<Hash>>,
}

impl<'c> TreeReader<'c> {
    pub(super) fn new(db: &'c mut PgConnection) -> Self {
        Self { db, tiles: HashMap::new() }
    }

    /// The tree of the first `size` leaves.
    pub(super) async fn frontier(&mut self, size: u64) -> Result<Frontier, ProofError> {
        let mut peaks = Vec::new();
        for part in subtrees(0..size) {
            peaks.push(self.subtree(part).await?);
        }
        Ok(Frontier::from_peaks(size, peaks))
    }

    /// The hashes over ranges, as proofs need them.
    pub(super) async fn hashes(&mut self, ranges: Vec<Range<u64>>) -> Result<Vec<Hash>, ProofError> {
        let mut hashes = Vec::with_capacity(ranges.len());
        for range in ranges {
            let mut roots = Vec::new();
            for part in subtrees(range) {
                roots.push(self.subtree(part).await?);
            }
            hashes.push(join(&roots));
        }
        Ok(hashes)
    }

    async fn subtree(&mut self, part: Subtree) -> Result<Hash, ProofError> {
        let (level, within) = (part.level / HEIGHT, part.level % HEIGHT);
        let first = part.index << within;
        let place = (level, first / WIDTH);
        if !self.tiles.contains_key(&place) {
            let tile = self.fetch(place).await?;
            self.tiles.insert(place, tile);
        }
        let start = (first % WIDTH) as usize;
        let hashes = self.tiles[&place].get(start..start + (1 << within)).ok_or_else(|| {
            ProofError::Broken(format!("tile {} of level {level} of the log's tree is cut short", place.1))
        })?;
        let mut whole = Frontier::default();
        hashes.iter().for_each(|hash| whole.push(*hash, |_, _| {}));
        Ok(whole.root())
    }

    async fn fetch(&mut self, (level, index): Place) -> Result<Vec<Hash>, ProofError> {
        if level == 0 {
            let first = index * WIDTH;
            let leaves: Vec<Vec<u8>> = sqlx::query_scalar(
                "SELECT leaf FROM log WHERE position > $1 AND position <= $2 ORDER BY position",
            )
            .bind(first.cast_signed())
            .bind((first + WIDTH).cast_signed())
            .fetch_all(&mut *self.db)
            .await?;
            return Ok(leaves.iter().filter_map(|leaf| Hash::from_slice(leaf)).collect());
        }
        let hashes: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT hashes FROM log_tile WHERE level = $1 AND tile_index = $2")
                .bind(level as i16)
                .bind(index.cast_signed())
                .fetch_optional(&mut *self.db)
                .await?;
        Ok(hashes.unwrap_or_default().chunks(32).filter_map(Hash::from_slice).collect())
    }
}

/// Collects the roots of subtrees that were completed, and writes them at once.
#[derive(Default)]
pub(super) struct TileWriter {
    /// For each tile: the place of the first new hash in it, and the new hashes.
    grown: BTreeMap<Place, (u64, Vec<u8>)>,
}

impl TileWriter {
    /// Takes note of a completed subtree.
    pub(super) fn completed(&mut self, part: Subtree, root: Hash) {
        if part.level.is_multiple_of(HEIGHT) {
            let place = (part.level / HEIGHT, part.index / WIDTH);
            let (_, hashes) = self.grown.entry(place).or_insert((part.index % WIDTH, Vec::new()));
            hashes.extend_from_slice(root.as_bytes());
        }
    }

    /// Writes them. What a tile holds already must end where the new begins.
    pub(super) async fn write(self, db: &mut PgConnection) -> Result<(), ProofError> {
        let count = self.grown.len() as u64;
        let (mut levels, mut indexes, mut starts, mut hashes) = (vec![], vec![], vec![], vec![]);
        for ((level, index), (start, grown)) in self.grown {
            levels.push(level as i16);
            indexes.push(index.cast_signed());
            starts.push((start * 32) as i32);
            hashes.push(grown);
        }
        // A tile that begins in its middle has lost what came before: it is left out, and found missing.
        let written: i64 = sqlx::query_scalar(
            "WITH grown AS (
                 SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::integer[], $4::bytea[])
                     AS g (level, tile_index, start, hashes)
             ), added AS (
                 UPDATE log_tile t SET hashes = t.hashes || g.hashes FROM grown g
                 WHERE g.start > 0 AND (t.level, t.tile_index) = (g.level, g.tile_index)
                   AND length(t.hashes) = g.start RETURNING 1
             ), made AS (
                 INSERT INTO log_tile (level, tile_index, hashes)
                 SELECT level, tile_index, hashes FROM grown WHERE start = 0
                 ON CONFLICT DO NOTHING RETURNING 1
             )
             SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM made)",
        )
        .bind(levels)
        .bind(indexes)
        .bind(starts)
        .bind(hashes)
        .fetch_one(db)
        .await?;
        if written as u64 == count {
            Ok(())
        } else {
            Err(ProofError::Broken("tiles of the log's tree are missing or were made twice".to_owned()))
        }
    }
}
