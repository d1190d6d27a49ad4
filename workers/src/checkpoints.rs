//! Checkpoints of the log, signed when the clock strikes and the log has grown.
//!
//! One leader. It has no state of its own: what was signed and what was published stands in the tables, so a
//! crash at any point is made good by the next round. It says loudly when it refuses to sign.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cron::Schedule;
use event_store::EventStore;
use event_store::leader::{self, LeaderTask, Leadership};
use event_store::proof::{Notary, ProofError};
use tokio_util::sync::CancellationToken;

/// The longest sleep between two looks at the clock, which may be set.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// See the module.
pub struct Checkpoints {
    store: EventStore,
    notary: Notary,
    hours: Schedule,
}

impl Checkpoints {
    /// A candidate for the lead, who signs at `hours`: a cron expression with seconds.
    ///
    /// # Errors
    /// When `hours` is none.
    pub fn new(store: EventStore, notary: Notary, hours: &str) -> Result<Self, cron::error::Error> {
        Ok(Self { store, notary, hours: Schedule::from_str(hours)? })
    }

    /// Leads whenever nobody else does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        leader::run(&self, self.store.pool(), &stop).await;
    }

    /// Waits until the clock strikes. False when it is time to stop instead.
    async fn struck(&self, stop: &CancellationToken) -> bool {
        let begun = self.store.services().now();
        let Some(next) = self.hours.after(&begun).next() else {
            stop.cancelled().await;
            return false;
        };
        loop {
            let now = self.store.services().now();
            // Set back beyond the beginning: what would have struck meanwhile shall not be silenced.
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
}

fn until(now: DateTime<Utc>, next: DateTime<Utc>) -> Duration {
    (next - now).to_std().unwrap_or_default()
}

impl LeaderTask for Checkpoints {
    const NAME: &'static str = "checkpoints";
    type Error = ProofError;

    async fn lead(&self, leadership: &mut Leadership, stop: &CancellationToken) -> Result<(), ProofError> {
        while self.struck(stop).await {
            let signed = self.notary.sign_newest(leadership.connection()).await?;
            if let Some(signed) = signed {
                tracing::debug!(events = signed.size, "a checkpoint was signed");
            }
        }
        Ok(())
    }
}
