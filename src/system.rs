//! The real clock and real ids: the one place that asks the system for them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Clock, IdSource, Services};
use uuid::Uuid;

/// The services of a running program.
pub fn services() -> Services {
    Services { clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) }
}

struct SystemClock;

impl Clock for SystemClock {
    /// The time to the microsecond, as the database keeps it.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

struct SystemIds;

impl IdSource for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is where ids come from")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}
