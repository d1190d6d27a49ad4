//! Batches: what comes while one is on its way waits, and goes together in the next.
//!
//! Nothing waits when nothing is on its way, so an idle service answers as fast as without batches; under load a round trip
//! to the database is shared by as many as came meanwhile. One batch at a time is best where the server has few cores: the
//! longer it takes, the more share the next. A batch that takes long is detached: it goes on, and another may begin beside
//! it. A batch is a task of its own, so a caller that goes away takes no other with it.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

/// What is done in batches.
pub(crate) trait BatchWork: Send + Sync + 'static {
    /// What waits.
    type Queue: Default + Send;
    /// What goes together.
    type Batch: Send;
    /// What a batch hands on to the next one of the same task, such as its connection.
    type Carry: Default + Send;
    /// A batch that takes longer than this is detached.
    const DETACH_AFTER: Duration;

    /// Takes the next batch out of the queue; none where nothing in it can go now.
    fn next_batch(&self, queue: &mut Self::Queue) -> Option<Self::Batch>;

    /// Does a batch, and tells those who wait for it what came of it.
    fn run(&self, batch: Self::Batch, carry: Self::Carry) -> impl Future<Output = Self::Carry> + Send;
}

/// Does work in batches, see the module.
pub(crate) struct BatchRunner<W: BatchWork> {
    work: W,
    state: Mutex<State<W::Queue>>,
}

#[derive(Default)]
struct State<Q> {
    queue: Q,
    /// Whether a batch is on its way, detached ones aside.
    is_running: bool,
}

impl<W: BatchWork> BatchRunner<W> {
    pub(crate) fn new(work: W) -> Arc<Self> {
        Arc::new(Self { work, state: Mutex::default() })
    }

    pub(crate) fn work(&self) -> &W {
        &self.work
    }

    /// Adds to what waits.
    pub(crate) fn submit(self: &Arc<Self>, add: impl FnOnce(&mut W::Queue)) {
        self.with(|state| add(&mut state.queue));
        self.start();
    }

    /// Starts a task if something waits and none is on its way.
    fn start(self: &Arc<Self>) {
        if !self.with(|state| std::mem::replace(&mut state.is_running, true)) {
            tokio::spawn(Arc::clone(self).run());
        }
    }

    /// Runs batches one after the other, as long as something waits.
    async fn run(self: Arc<Self>) {
        let mut slot = Slot { runner: &self, is_held: true };
        let mut carry = W::Carry::default();
        loop {
            // Those who are about to come join as well.
            tokio::task::yield_now().await;
            let Some(batch) = slot.next_batch() else { return };
            let mut running = pin!(self.work.run(batch, std::mem::take(&mut carry)));
            carry = match timeout(W::DETACH_AFTER, &mut running).await {
                Ok(carry) => carry,
                Err(_) => {
                    slot.release();
                    self.start();
                    drop(running.await);
                    // What could not go beside it can go now.
                    return self.start();
                }
            };
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State<W::Queue>) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The place of the batch that is not detached, given up when it ends, also by a panic.
struct Slot<'a, W: BatchWork> {
    runner: &'a BatchRunner<W>,
    is_held: bool,
}

impl<W: BatchWork> Slot<'_, W> {
    /// The next batch. Without one the slot is given up in the same instant, so that what comes next starts another task.
    fn next_batch(&mut self) -> Option<W::Batch> {
        self.runner.with(|state| {
            let batch = self.runner.work.next_batch(&mut state.queue);
            if batch.is_none() {
                (self.is_held, state.is_running) = (false, false);
            }
            batch
        })
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.is_held) {
            self.runner.with(|state| state.is_running = false);
        }
    }
}

impl<W: BatchWork> Drop for Slot<'_, W> {
    fn drop(&mut self) {
        self.release();
    }
}
