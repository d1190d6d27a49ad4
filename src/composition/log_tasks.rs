//! What moves the log: the sequencer, the read models, the news of the head. Every process runs
//! them; locks in the database see to it that each is done by one at a time.

use std::time::Duration;

use event_store::postgres::blocked;
use event_store::{EventStore, Sequencer, StoreError, log};
use projections::{Runner, Views};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a program that starts waits for its read models.
const PATIENCE: Duration = Duration::from_secs(5);

/// The running tasks.
pub struct LogTasks {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl LogTasks {
    /// Starts them.
    pub fn start(store: &EventStore, views: &Views) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(Sequencer::new(store.log().clone()).run(stop.clone()));
        tasks.spawn(log::follow_head(store.log().clone(), stop.clone()));
        tasks.spawn(super::gauges::report(store.clone(), stop.clone()));
        tasks.spawn(blocked::watch(store.urgent().clone(), stop.clone()));
        for projection in projections::all() {
            let runner = Runner::new(store.clone(), views.positions(), projection);
            tasks.spawn(runner.run(stop.clone()));
        }
        tasks.close();
        Self { stop, tasks }
    }

    /// Brings read models to the form of this release through `owner`, where the database is this process's alone;
    /// elsewhere it says how.
    pub fn see_to_outdated(&self, store: &EventStore, owner: Option<EventStore>) {
        let (store, stop) = (store.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = super::outdated::see_to(&store, owner.as_ref()) => {}
            }
        });
    }

    /// Waits until the read models show what was stored before now, so that no reader is told less after a crash
    /// than before it. Not for long: a read model that is far behind, or stands still, must not keep a
    /// program from serving.
    pub async fn catch_up(store: &EventStore, views: &Views) {
        match tokio::time::timeout(PATIENCE, Self::caught_up(store, views)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "waiting for the read models failed"
                );
            }
            Err(_) => {
                tracing::warn!(patience = ?PATIENCE, "read models are behind; serving them as they are");
            }
        }
    }

    async fn caught_up(store: &EventStore, views: &Views) -> Result<(), StoreError> {
        if let Some(position) = store.log().committed_position(PATIENCE).await? {
            for projection in projections::all() {
                views.wait_for(projection.name(), position, PATIENCE).await?;
            }
        }
        Ok(())
    }

    /// Stops them, the sequencer after the last event.
    pub async fn stop(self) {
        self.stop.cancel();
        super::within_grace("log", self.tasks.wait()).await;
    }
}
