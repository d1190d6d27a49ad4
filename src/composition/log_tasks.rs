//! What moves the log: the sequencer, the read models, the news of the head. Every process runs
//! them; locks in the database see to it that each is done by one at a time.

use event_store::{Sequencer, log};
use projections::Runner;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Foundation;

/// The running tasks.
pub struct LogTasks {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl LogTasks {
    /// Starts them.
    pub fn start(on: &Foundation) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(Sequencer::new(on.store.clone()).run(stop.clone()));
        tasks.spawn(log::follow_head(on.store.clone(), stop.clone()));
        for projection in projections::all() {
            let runner = Runner::new(on.store.clone(), on.views.clone(), projection);
            tasks.spawn(runner.run(stop.clone()));
        }
        tasks.close();
        Self { stop, tasks }
    }

    /// Stops them, the sequencer after the last event.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}
