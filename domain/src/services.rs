//! The ports through which time and identity enter the domain.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Tells the time. Injected, so that a test can move it.
pub trait Clock: Send + Sync {
    /// The present instant in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes identifiers. Injected, so that a test can foresee them.
pub trait IdSource: Send + Sync {
    /// A UUID version 7 that was never given before (RFC 9562, section 5.7).
    fn uuid(&self) -> Uuid;
}

/// What an aggregate may ask of the outside world.
#[derive(Clone)]
pub struct Services {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl Services {
    /// The present instant in UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// Services for tests: a clock that stands still and ids that count up.
#[cfg(test)]
pub(crate) fn fixed(now: DateTime<Utc>) -> Services {
    struct Fixed(DateTime<Utc>);
    impl Clock for Fixed {
        fn now(&self) -> DateTime<Utc> {
            self.0
        }
    }
    #[derive(Default)]
    struct Counting(std::sync::atomic::AtomicU64);
    impl IdSource for Counting {
        fn uuid(&self) -> Uuid {
            let n = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Uuid::from_u128(u128::from(n) + 1)
        }
    }
    Services { clock: Arc::new(Fixed(now)), ids: Arc::new(Counting::default()) }
}
