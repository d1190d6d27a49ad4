//! What moves the log: the sequencer, the read models, the news of the head. Every process runs
//! them; locks in the database see to it that each is done by one at a time.

use event_store::{EventStore, Sequencer, log};
use projections::{Runner, Views};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The running tasks.
pub struct LogTasks {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl LogTasks {
    /// Starts them.
    pub fn start(store: &EventStore, views: &Views) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(Sequencer::new(store.clone()).run(stop.clone()));
        tasks.spawn(log::follow_head(store.clone(), stop.clone()));
        for projection in projections::all() {
            let runner = Runner::new(store.clone(), views.clone(), projection);
            tasks.spawn(runner.run(stop.clone()));
        }
        tasks.close();
        Self { stop, tasks }
    }

    /// Stops them, the sequencer after the last event.
    pub async fn stop(self) {
        self.stop.cancel();
        super::within_grace("log", self.tasks.wait()).await;
    }
}
