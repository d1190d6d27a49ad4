//! Cron schedules: waiting until a duty is due.

use std::time::Duration;

use chrono::{DateTime, Utc};
use cron::Schedule;
use domain::Services;
use tokio_util::sync::CancellationToken;

/// The longest sleep between two looks at the clock, which may be set.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// Waits until `schedule` is due. False when it is time to stop instead.
pub(crate) async fn due(schedule: &Schedule, services: &Services, stop: &CancellationToken) -> bool {
    let begun = services.now();
    let Some(next) = schedule.after(&begun).next() else {
        stop.cancelled().await;
        return false;
    };
    loop {
        let now = services.now();
        // Set back beyond the beginning: what would have come due meanwhile shall not be silenced.
        if now >= next || now < begun {
            return true;
        }
        let wait = until(now, next).min(LONGEST_SLEEP);
        tokio::select! {
            () = stop.cancelled() => return false,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

fn until(now: DateTime<Utc>, next: DateTime<Utc>) -> Duration {
    (next - now).to_std().unwrap_or_default()
}
