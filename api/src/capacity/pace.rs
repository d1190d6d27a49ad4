//! Limits that are counted in this process alone: for what happens all the time, where a row of the database for each
//! would cost more than what is limited. With several processes each grants as much.
//!
//! By the generic cell rate algorithm, as [`throttle`](event_store::records::rate_limit) does it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use event_store::records::rate_limit::Limit;
use moka::sync::Cache;
use tokio::time::Instant;

/// Keys that are counted at once, at most.
const MAX_KEYS: u64 = 200_000;
/// A key that was not used for so long has all of its burst again, whatever its limit.
const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);

/// Rate limiters by limit and key.
pub(crate) struct Paces {
    began: Instant,
    /// When all that was used up will have been given back, in microseconds since the beginning.
    spent_until: Cache<(&'static str, String), Arc<AtomicU64>>,
}

impl Default for Paces {
    fn default() -> Self {
        let spent_until = Cache::builder().max_capacity(MAX_KEYS).time_to_idle(FORGET_AFTER).build();
        Self { began: Instant::now(), spent_until }
    }
}

impl Paces {
    /// Counts `count` more for `key`. None where it is granted, otherwise how long to wait.
    pub(crate) fn ask(&self, limit: Limit, key: &str, count: u32) -> Option<Duration> {
        self.ask_at(limit, key, count, self.began.elapsed())
    }

    fn ask_at(&self, limit: Limit, key: &str, count: u32, now: Duration) -> Option<Duration> {
        let counted = self.spent_until.get_with((limit.name, key.to_owned()), Arc::default);
        let (now, each) = (micros(now), micros(limit.every));
        let room = each.saturating_mul(u64::from(limit.burst));
        let each = each.saturating_mul(u64::from(count));
        let granted = counted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spent_until| {
            let next = spent_until.max(now) + each;
            (next <= now + room).then_some(next)
        });
        let spent_until = granted.err()?;
        Some(Duration::from_micros((spent_until + each).saturating_sub(now + room)))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { name: "test", burst: 3, every: Duration::from_secs(10) };

    #[test]
    fn a_burst_is_granted_and_then_as_much_as_comes_back() {
        let paces = Paces::default();
        let ask = |key: &str, seconds: u64| paces.ask_at(LIMIT, key, 1, Duration::from_secs(seconds));
        assert_eq!([ask("a", 5), ask("a", 5), ask("a", 5)], [None, None, None]);
        assert_eq!(ask("a", 5), Some(Duration::from_secs(10)));
        assert_eq!(ask("a", 9), Some(Duration::from_secs(6)));
        assert_eq!((ask("b", 9), ask("a", 15)), (None, None), "each key has its own");
        assert_eq!(ask("a", 15), Some(Duration::from_secs(10)), "a refusal costs nothing");
        assert_eq!([ask("a", 500), ask("a", 500), ask("a", 500)], [None, None, None]);
        assert!(ask("a", 500).is_some(), "no more than the burst is saved up");
        let many = |count: u32| paces.ask_at(LIMIT, "c", count, Duration::from_secs(500));
        assert_eq!((many(2), many(2).is_some(), many(1)), (None, true, None));
        assert!(many(4).is_some(), "more than the burst is never granted");
    }
}
