//! Whether any worker does the work: an interface alone takes requests that then wait for a worker.
//!
//! Every process says which master keys it has, and with that what it is ([`master_holders`]). Where no worker says so for a
//! while, the metrics and a warning tell it; requests are served all the same.

use std::time::Duration;

use event_store::encryption::master_holders;
use event_store::{EventStore, StoreError};
use metrics::gauge;
use tokio::time::Instant;

/// How long there may be none without a word: a worker that is replaced comes back within that.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is said again.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// What is known of workers.
#[derive(Debug, Default)]
pub(super) struct Workforce {
    /// Since when there has been none.
    none_since: Option<Instant>,
    told_at: Option<Instant>,
}

impl Workforce {
    /// Looks whether there are any.
    pub(super) async fn look(&mut self, store: &EventStore) -> Result<(), StoreError> {
        let workers = master_holders::workers(store.pool()).await?;
        gauge!("personal_settings_workers").set(workers as f64);
        if self.is_to_be_told(workers) {
            tracing::warn!(
                "no worker runs on this database: exports, erasures and mails wait until one does; start \
                 `personal-settings worker`, and see in its log and at its /readyz that it works"
            );
        }
        Ok(())
    }

    fn is_to_be_told(&mut self, workers: usize) -> bool {
        if workers > 0 {
            *self = Self::default();
            return false;
        }
        let since = *self.none_since.get_or_insert_with(Instant::now);
        if since.elapsed() < PATIENCE || self.told_at.is_some_and(|at| at.elapsed() < EVERY) {
            return false;
        }
        self.told_at = Some(Instant::now());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn that_no_worker_runs_is_told_after_a_while_and_not_all_the_time() {
        let mut workforce = Workforce::default();
        assert!(!workforce.is_to_be_told(0), "one may be starting");
        advance(PATIENCE).await;
        assert!(workforce.is_to_be_told(0) && !workforce.is_to_be_told(0));
        advance(EVERY).await;
        assert!(workforce.is_to_be_told(0));
        assert!(!workforce.is_to_be_told(1));
        assert!(!workforce.is_to_be_told(0), "it begins anew");
    }
}
