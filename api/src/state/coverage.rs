//! Which bytes of an archive a session was handed.
//!
//! Why: a download counts once all of it was handed over, in however many parts and in whichever order they were asked for. One
//! byte is none, nor is a download that breaks off. What always holds: nothing counts that was not handed over; what was handed
//! over by another process, or longer ago than a download may take, does not count, so that at worst a reminder goes out in vain.

use std::ops::Range;
use std::sync::Mutex;

/// Pieces that are remembered at most. A session with more of them, apart from each other, is not found to have all.
const MOST_PIECES: usize = 1_000;

/// Which bytes were handed over: pieces in order that do not touch each other.
#[derive(Debug, Default)]
pub(crate) struct Coverage(Mutex<Vec<Range<u64>>>);

impl Coverage {
    /// Notes that a piece is handed over; whether with it all of the `length` bytes are, which is said once.
    pub(crate) fn add(&self, piece: Range<u64>, length: u64) -> bool {
        // A panic between taking and giving back leaves pieces that were handed over.
        let mut pieces = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if is_whole(&pieces, length) {
            return false;
        }
        let apart = |known: &Range<u64>| known.end < piece.start || piece.end < known.start;
        let (kept, touching): (Vec<_>, Vec<_>) = pieces.drain(..).partition(apart);
        let start = touching.iter().map(|known| known.start).min().unwrap_or(piece.start).min(piece.start);
        let end = touching.iter().map(|known| known.end).max().unwrap_or(piece.end).max(piece.end);
        *pieces = kept;
        if pieces.len() < MOST_PIECES {
            let place = pieces.partition_point(|known| known.start < start);
            pieces.insert(place, start..end);
        }
        is_whole(&pieces, length)
    }
}

fn is_whole(pieces: &[Range<u64>], length: u64) -> bool {
    matches!(pieces, [all] if all.start == 0 && all.end >= length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_byte_is_not_the_whole_and_the_last_missing_one_makes_it() {
        let coverage = Coverage::default();
        assert!(!coverage.add(0..1, 10));
        assert!(!coverage.add(0..1, 10), "again is no more");
        assert!(!coverage.add(5..10, 10));
        assert!(!coverage.add(2..5, 10));
        assert!(coverage.add(1..2, 10));
        assert!(!coverage.add(0..10, 10), "it is said once");
    }

    proptest! {
        #[test]
        fn it_is_whole_with_the_piece_that_fills_the_last_gap(
            pieces in prop::collection::vec((0u64..64, 1u64..24), 1..40)
        ) {
            let (coverage, mut seen, mut said) = (Coverage::default(), [false; 64], false);
            for (start, length) in pieces {
                let piece = start..(start + length).min(64);
                piece.clone().for_each(|byte| seen[usize::try_from(byte).unwrap()] = true);
                let whole = seen.iter().all(|byte| *byte);
                prop_assert_eq!(coverage.add(piece, 64), whole && !said);
                said |= whole;
            }
        }
    }
}
