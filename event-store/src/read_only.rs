//! Connections that cannot be written to any more.
//!
//! After a fail-over a connection may lead to what is a standby now, and one that began while the database was read-only
//! stays so. Nothing on it fails but writing, so it would serve, and refuse, until its life is over. Therefore: when one
//! statement is refused for that reason, or such a connection is found by asking (each is asked when it begins),
//! every connection that began before is stale, of this process, in every pool, idle or at work. It is closed where it
//! is given back or would be taken next.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::PgConnection;

const ASK: &str = "SELECT NOT pg_is_in_recovery() AND NOT current_setting('transaction_read_only')::boolean";
/// A pool counts the age of a connection from when it had answered all that it is asked at first: so much later, at most.
const GRACE: Duration = Duration::from_millis(250);

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
/// Up to when connections began that are stale, in microseconds since [`START`]; 0 is never.
static SEEN: AtomicU64 = AtomicU64::new(0);

fn now() -> u64 {
    micros(START.elapsed()).max(1)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A connection could not be written to.
pub(crate) fn note() {
    SEEN.fetch_max(now() + micros(GRACE), Ordering::Relaxed);
}

/// Whether a connection can be written to; it is noted where it cannot.
pub(crate) async fn can_write(db: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let writable: bool = sqlx::query_scalar(ASK).fetch_one(db).await?;
    if !writable {
        note();
    }
    Ok(writable)
}

/// Whether a connection of this age began before such a one was last seen.
pub(crate) fn is_stale(age: Duration) -> bool {
    began_before(SEEN.load(Ordering::Relaxed), now(), age)
}

fn began_before(seen: u64, now: u64, age: Duration) -> bool {
    seen > 0 && now.saturating_sub(micros(age)) <= seen
}

/// When a connection began that stays with its user.
#[derive(Clone, Copy)]
pub(crate) struct Begun(Instant);

impl Begun {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn age(self) -> Duration {
        self.0.elapsed()
    }

    /// Whether it must be closed.
    pub(crate) fn is_stale(self) -> bool {
        is_stale(self.age())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_before_a_read_only_connection_was_seen_is_stale() {
        let age = Duration::from_micros;
        assert!(!began_before(0, 100, age(100)), "none was seen");
        assert!(began_before(50, 100, age(100)));
        assert!(began_before(50, 100, age(50)), "the very one that was seen");
        assert!(!began_before(50, 100, age(49)), "it began since");
    }
}
