//! Checkpoints of the log, signed on schedule where the log has grown.
//!
//! One leader. It has no state of its own: what was signed and what was published stands in the tables, so a
//! crash at any point is made good by the next round. It says loudly when it refuses to sign.

use std::str::FromStr;

use cron::Schedule;
use event_store::EventStore;
use event_store::postgres::leader::{LeaderTask, Leadership};
use event_store::proof::{CheckpointSigner, ProofError};
use tokio_util::sync::CancellationToken;

use crate::schedule::due;

/// The leader task that signs checkpoints.
pub struct Checkpoints {
    store: EventStore,
    signer: CheckpointSigner,
    schedule: Schedule,
}

impl Checkpoints {
    /// A candidate for the lead that signs on `schedule`: a cron expression with seconds.
    ///
    /// # Errors
    /// When `schedule` is none.
    pub fn new(
        store: EventStore,
        signer: CheckpointSigner,
        schedule: &str,
    ) -> Result<Self, cron::error::Error> {
        Ok(Self { store, signer, schedule: Schedule::from_str(schedule)? })
    }

    /// Whether `schedule` is a cron expression with seconds.
    ///
    /// # Errors
    /// When it is none.
    pub fn check(schedule: &str) -> Result<(), cron::error::Error> {
        Schedule::from_str(schedule).map(drop)
    }

    /// Leads whenever no other process does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        self.store.lead(&self, &stop).await;
    }
}

impl LeaderTask for Checkpoints {
    const NAME: &'static str = "checkpoints";
    type Error = ProofError;

    async fn lead(&self, leadership: &mut Leadership, stop: &CancellationToken) -> Result<(), ProofError> {
        while due(&self.schedule, self.store.services(), stop).await {
            let signed = self.signer.sign_newest(leadership.connection()).await?;
            if let Some(signed) = signed {
                tracing::debug!(events = signed.size, "checkpoint signed");
            }
        }
        Ok(())
    }
}
