//! How many connections to the database a process has: so many for each of its pools, or fewer of each in proportion
//! where it may have fewer in all.
//!
//! Connections that lead in a duty are none of a pool, and come on top: each duty is led once, whatever processes there are.

use std::sync::OnceLock;

/// What all pools of a process have together where nothing limits them.
pub const CONNECTIONS: u32 = 64;
/// With fewer some pool would have less than it needs to get on.
pub const FEWEST_CONNECTIONS: u32 = 12;

static LIMIT: OnceLock<u32> = OnceLock::new();

/// From here on pools are made so that this process has at most so many connections in all. To be called before the first
/// is made; the first call counts.
pub fn limit_connections(most: u32) {
    let _ = LIMIT.set(most.max(FEWEST_CONNECTIONS));
}

/// How many a pool has that would have `connections` without a limit.
pub fn share_of(connections: u32) -> u32 {
    LIMIT.get().map_or(connections, |limit| share(connections, *limit))
}

fn share(connections: u32, limit: u32) -> u32 {
    (connections * limit / CONNECTIONS).clamp(1, connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_have_their_share_of_what_a_process_may_have() {
        // As they are made; see `postgres`, `append::group_commit` and `contention`.
        let pools = [20, 6, 6, 8, 4, 6, 8, 1];
        for limit in FEWEST_CONNECTIONS..=100 {
            let sum: u32 = pools.iter().map(|pool| share(*pool, limit)).sum();
            assert!(sum <= limit, "{sum} of {limit}");
        }
        assert!(pools.iter().sum::<u32>() <= CONNECTIONS);
        assert_eq!(share(20, 32), 10);
        assert_eq!(share(4, FEWEST_CONNECTIONS), 1);
        assert_eq!(share(20, 1_000), 20);
    }
}
