//! The post: brings messages to account holders, by mail and to phones.
//!
//! Why no job: a message was queued in the transaction of the event it tells of, and its row is all there is to
//! it. So nobody need be woken by NATS, and a code reaches a phone also while NATS is away. Each worker process has
//! one; they share the rows, and whoever has taken one has it alone for a while.
//!
//! # What always holds
//! - A message is recorded after it went out, and its row goes with that event, or it stays. So it goes out at least
//!   once and is recorded exactly once.
//! - A repeat has the same id, and a mail the same Message-ID and date.
//! - Nothing goes out after it is of no use any more: no code that is too old.
//! - What fails for now is tried again with growing delays, for as long as it takes; what fails for good is recorded
//!   as undeliverable. Neither holds up other messages.
//! - Logs hold ids and counts, never an address, a number or what a message says.
//!
//! # What a crash in the middle leaves
//! The row, whose turn comes again when the lease ends. Where the message had gone out it goes out once more.

mod delivery;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use event_store::retry::Delays;
use event_store::vault::outgoing;
use event_store::{EventStore, StoreError, log};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::mail::{Letterhead, Outbox};
use crate::phone::Phone;

/// Messages that are sent at once. No more are taken, so that none waits while its lease runs.
const AT_ONCE: usize = 8;
/// How long to wait before looking again although the log did not move: what was put off comes due without it.
const POLL: Duration = Duration::from_secs(1);
/// The shortest time between two looks that found too little to do: the log may move a thousand times a second.
const BREATH: Duration = Duration::from_millis(30);
/// How long messages that are under way may take after the post was told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// See the module.
pub struct Post {
    store: EventStore,
    outbox: Outbox,
    phone: Option<Phone>,
    letterhead: Letterhead,
}

impl Post {
    /// A post that sends by `outbox` and `phone`; without the latter, what is for phones cannot be delivered.
    pub fn new(store: EventStore, outbox: Outbox, phone: Option<Phone>, letterhead: Letterhead) -> Self {
        Self { store, outbox, phone, letterhead }
    }

    /// Sends whatever is due until `stop`; what is under way then is finished, or given up after a grace.
    pub async fn run(self, stop: CancellationToken) {
        if self.phone.is_none() {
            tracing::warn!("there is no phone gateway: no code reaches a phone; give --phone");
        }
        let post = Arc::new(self);
        let mut under_way = JoinSet::new();
        post.send_all(&mut under_way, &stop).await;
        let ended = async { while under_way.join_next().await.is_some() {} };
        if timeout(GRACE, ended).await.is_err() {
            tracing::warn!(messages = under_way.len(), "messages under way are left for whoever comes next");
        }
    }

    async fn send_all(self: &Arc<Self>, under_way: &mut JoinSet<()>, stop: &CancellationToken) {
        let mut head = self.store.head().subscribe();
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(5));
        while !stop.is_cancelled() {
            let seen = *head.borrow_and_update();
            // Never dropped half-way: what it had taken would wait for its lease to end.
            let took_all = self.take(under_way).await;
            let rest = async {
                match took_all {
                    Ok(took_all) => {
                        delays.reset();
                        if took_all {
                            sleep(BREATH).await;
                            log::wait_beyond(&mut head, seen, POLL).await;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "no messages can be taken");
                        delays.wait().await;
                    }
                }
                make_room(under_way).await;
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = rest => {}
            }
        }
    }

    /// Takes as many messages as there is room for. True when there were fewer.
    async fn take(self: &Arc<Self>, under_way: &mut JoinSet<()>) -> Result<bool, StoreError> {
        let room = AT_ONCE.saturating_sub(under_way.len());
        let messages = outgoing::take(self.store.pool(), room as i64).await?;
        let took_all = messages.len() < room;
        for message in messages {
            under_way.spawn(Arc::clone(self).deliver(message));
        }
        Ok(took_all)
    }
}

/// Lets go of what has ended, and waits until there is room for another message.
async fn make_room(under_way: &mut JoinSet<()>) {
    while under_way.try_join_next().is_some() {}
    if under_way.len() >= AT_ONCE {
        under_way.join_next().await;
    }
}
