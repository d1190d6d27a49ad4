//! The real clock, real ids and the limit on open files: the one place that asks the system for them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Clock, IdSource, Services};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
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

/// Raises the number of files and connections the process may have open to the most that the system lets it have.
/// Returns how many that are.
///
/// # Errors
/// When the system does not tell.
pub fn raise_file_limit() -> nix::Result<u64> {
    let (current, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if current < most && setrlimit(Resource::RLIMIT_NOFILE, most, most).is_err() {
        // Some systems call more "the most" than they grant.
        return Ok(current);
    }
    Ok(most)
}
