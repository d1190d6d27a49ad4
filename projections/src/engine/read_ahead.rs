//! Reading ahead: while one page is folded, the next is read and opened.
//!
//! At the end of the log a page is read at once when there was nothing for a while. Where events come one after the
//! other they gather for a moment, so that many are folded together, unless a caller waits for the read model.
//!
//! A task of its own reads; what it reads waits in a queue of one page, so that memory is bounded. Dropping
//! the [`ReadAhead`] ends the task. It remembers nothing: a new one begins at the cursor.

use std::sync::Arc;
use std::time::Duration;

use event_store::log::subscription::{LogSubscription, Page};
use event_store::{EventStore, StoreError, log};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::cursor::{self, CursorName};
use super::projection::Projection;

/// How long to wait before looking again although no news came.
pub(crate) const POLL: Duration = Duration::from_secs(1);

/// How long events gather at most.
const GATHER_FOR: Duration = Duration::from_millis(25);

/// A page as it was read.
pub(crate) struct FetchedPage {
    pub page: Page,
    /// How often personal values had been taken out of the read model before this page was opened; `None`
    /// where none are opened for it.
    pub purges: Option<i64>,
}

impl FetchedPage {
    /// Whether it can be folded under a cursor that counts so many purges: or else what it holds may have
    /// been erased meanwhile.
    pub(crate) fn is_fresh(&self, purges: i64) -> bool {
        self.purges.is_none_or(|known| known == purges)
    }
}

/// What comes next of the log.
pub(crate) enum Next {
    Page(FetchedPage),
    /// Nothing is known after this position; more will come.
    CaughtUp(i64),
}

/// See the module.
pub(crate) struct ReadAhead {
    pages: mpsc::Receiver<Result<Next, StoreError>>,
    reading: JoinHandle<()>,
}

impl ReadAhead {
    /// Reads on after `position` for `projection`, whose cursor is called `name`; `awaited` is rung when a caller
    /// waits for it. Without it nothing gathers.
    pub(crate) fn start(
        store: &EventStore,
        projection: &dyn Projection,
        name: CursorName<'static>,
        position: i64,
        awaited: Option<Arc<Notify>>,
    ) -> Self {
        let (hand_over, pages) = mpsc::channel(1);
        let reader = Reader {
            store: store.clone(),
            name,
            opens: projection.selection().decrypt,
            awaited,
            tail: LogSubscription::new(store.log().clone(), projection.selection(), position),
        };
        let reading = tokio::spawn(reader.read_on(hand_over));
        Self { pages, reading }
    }

    /// What comes next, in order; waits for it at the end of the log.
    pub(crate) async fn next(&mut self) -> Result<Next, StoreError> {
        match self.pages.recv().await {
            Some(next) => next,
            // The task ends after an error only, which was handed over.
            None => Err(StoreError::Unavailable(sqlx::Error::WorkerCrashed)),
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// The task that reads ahead.
struct Reader {
    store: EventStore,
    name: CursorName<'static>,
    opens: bool,
    awaited: Option<Arc<Notify>>,
    tail: LogSubscription,
}

impl Reader {
    async fn read_on(mut self, hand_over: mpsc::Sender<Result<Next, StoreError>>) {
        let mut head = self.store.head().subscribe();
        let mut reported = None;
        loop {
            let next = match self.read().await {
                Ok(Some(read)) => Ok(Next::Page(read)),
                Ok(None) if reported == Some(self.tail.position()) => {
                    log::wait_beyond(&mut head, self.tail.position(), POLL).await;
                    continue;
                }
                Ok(None) => {
                    reported = Some(self.tail.position());
                    Ok(Next::CaughtUp(self.tail.position()))
                }
                Err(error) => Err(error),
            };
            let failed = next.is_err();
            let is_last =
                matches!(&next, Ok(Next::Page(FetchedPage { page, .. })) if page.last >= *head.borrow());
            if hand_over.send(next).await.is_err() || failed {
                return;
            }
            if is_last && let Some(awaited) = &self.awaited {
                let _ = timeout(GATHER_FOR, awaited.notified()).await;
            }
        }
    }

    async fn read(&mut self) -> Result<Option<FetchedPage>, StoreError> {
        // Asked before the keys are, so that a key that dies meanwhile is noticed.
        let purges = if self.opens { Some(self.purges().await?) } else { None };
        Ok(self.tail.next().await?.map(|page| FetchedPage { page, purges }))
    }

    async fn purges(&self) -> Result<i64, StoreError> {
        let mut db = self.store.log().reading().take().await?;
        let purges = cursor::purges(&mut *db, self.name).await?;
        db.release();
        Ok(purges)
    }
}
