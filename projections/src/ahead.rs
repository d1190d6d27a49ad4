//! Reading ahead: while one page is folded, the next is read and opened.
//!
//! A task of its own reads; what it reads waits in a queue of one page, so that memory is bounded. Dropping
//! the [`Ahead`] ends the task. It remembers nothing: whoever begins again begins at the checkpoint.

use std::time::Duration;

use event_store::tail::{Page, Selection, Tail};
use event_store::{EventStore, StoreError, log};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How long to wait before looking again although no news came.
pub(crate) const POLL: Duration = Duration::from_secs(1);

/// What comes next of the log.
pub(crate) enum Next {
    Page(Page),
    /// Nothing is known after this position; more will come.
    AtHead(i64),
}

/// See the module.
pub(crate) struct Ahead {
    pages: mpsc::Receiver<Result<Next, StoreError>>,
    reading: JoinHandle<()>,
}

impl Ahead {
    /// Reads on after `position`.
    pub(crate) fn start(store: &EventStore, selection: Selection, position: i64) -> Self {
        let (hand_over, pages) = mpsc::channel(1);
        let reading = tokio::spawn(read_on(store.clone(), selection, position, hand_over));
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

impl Drop for Ahead {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn read_on(
    store: EventStore,
    selection: Selection,
    position: i64,
    hand_over: mpsc::Sender<Result<Next, StoreError>>,
) {
    let mut tail = Tail::new(store.clone(), selection, position);
    let mut head = store.head().subscribe();
    let mut told = None;
    loop {
        let next = match tail.next().await {
            Ok(Some(page)) => Ok(Next::Page(page)),
            Ok(None) if told == Some(tail.position()) => {
                log::wait_beyond(&mut head, tail.position(), POLL).await;
                continue;
            }
            Ok(None) => {
                told = Some(tail.position());
                Ok(Next::AtHead(tail.position()))
            }
            Err(error) => Err(error),
        };
        let failed = next.is_err();
        if hand_over.send(next).await.is_err() || failed {
            return;
        }
    }
}
