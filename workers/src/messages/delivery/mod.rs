//! The post: brings all messages to people, by mail and to phones: those of accounts, invitations, notices of privacy requests.
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
//! - What fails for now is tried again, seconds later at first and hours later in the end, by a schedule that its row
//!   keeps; what fails for good, or for days, is recorded as undeliverable. Neither holds up other messages.
//! - What may have been taken although nobody said so is repeated a few times, and no more.
//! - While a mail server or the phone gateway is away one message at a time tries it, and the others wait without being
//!   tried. Neither keeps the other's messages waiting.
//! - Logs hold ids and counts, never an address, a number or what a message says.
//!
//! # What a crash in the middle leaves
//! The row, whose turn comes again when the lease ends. Where the message had gone out it goes out once more.

mod attempt;
mod carrier;
mod error;
mod request_notice;
mod retry_schedule;

use std::sync::Arc;
use std::time::Duration;

use event_store::postgres::backoff::Delays;
use event_store::records::outbox::{self, Due, Medium};
use event_store::{EventStore, StoreError, log};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::carrier::{Capacity, Carrier};
use super::mail::{Letterhead, Outbox};
use super::phone::Phone;

/// How long to wait before looking again although the log did not move: what was put off comes due without it.
const POLL: Duration = Duration::from_secs(1);
/// The shortest time between two looks that found too little to do: the log may move a thousand times a second.
const BREATH: Duration = Duration::from_millis(30);
/// How long messages that are under way may take after the post was told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// See the module.
pub struct MessageDispatcher {
    store: EventStore,
    outbox: Outbox,
    phone: Option<Phone>,
    letterhead: Letterhead,
    mail_server: Carrier,
    phone_gateway: Carrier,
    /// A message is under way no more: there is a place for another.
    freed: Notify,
}

/// What a mail server brings.
const MAIL: &[Medium] = &[Medium::Mail];
/// What a phone gateway brings.
const PHONE: &[Medium] = &[Medium::Sms, Medium::Call];

impl MessageDispatcher {
    /// A post that sends by `outbox` and `phone`; without the latter, what is for phones cannot be delivered.
    pub fn new(store: EventStore, outbox: Outbox, phone: Option<Phone>, letterhead: Letterhead) -> Self {
        let (mail_server, phone_gateway) = (Carrier::new("mail"), Carrier::new("phone"));
        Self { store, outbox, phone, letterhead, mail_server, phone_gateway, freed: Notify::new() }
    }

    /// Sends whatever is due until `stop`; what is under way then is finished, or given up after a grace.
    pub async fn run(self, stop: CancellationToken) {
        if self.phone.is_none() {
            tracing::warn!("there is no phone gateway: no code reaches a phone; give --phone");
        }
        let post = Arc::new(self);
        let mut under_way = JoinSet::new();
        post.send_all(&mut under_way, &stop).await;
        let finish = async { while under_way.join_next().await.is_some() {} };
        if timeout(GRACE, finish).await.is_err() {
            tracing::warn!(
                messages = under_way.len(),
                "messages under way at shutdown are left to another worker"
            );
        }
    }

    async fn send_all(self: &Arc<Self>, under_way: &mut JoinSet<()>, stop: &CancellationToken) {
        let mut head = self.store.head().subscribe();
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(5));
        while !stop.is_cancelled() {
            let seen = *head.borrow_and_update();
            // Never dropped half-way: what it had taken would wait for its lease to end.
            let left = self.take(under_way).await;
            while under_way.try_join_next().is_some() {}
            let rest = async {
                match left {
                    Ok(left) => {
                        delays.reset();
                        if !left {
                            sleep(BREATH).await;
                        }
                        tokio::select! {
                            () = log::wait_beyond(&mut head, seen, POLL) => {}
                            () = self.freed.notified(), if left => {}
                        }
                    }
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "claiming messages failed");
                        delays.wait().await;
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = rest => {}
            }
        }
    }

    /// Takes as many messages as there is room for. True when some may be left for which a place must become free.
    async fn take(self: &Arc<Self>, under_way: &mut JoinSet<()>) -> Result<bool, StoreError> {
        let mut left = false;
        for (carrier, media) in [(&self.mail_server, MAIL), (&self.phone_gateway, PHONE)] {
            let capacity = carrier.capacity();
            let (which, most) = match capacity {
                Capacity::Free(most) => (Due::All, most),
                Capacity::Probe => (Due::All, 1),
                Capacity::ExpiredOnly(most) => (Due::Expired, most),
            };
            let messages = match most {
                0 => Vec::new(),
                most => outbox::claim_due(self.store.pool(), media, which, most as i64).await?,
            };
            carrier.begin(messages.len(), capacity);
            left |= messages.len() == most;
            for message in messages {
                under_way.spawn(Arc::clone(self).deliver(message, capacity));
            }
        }
        Ok(left)
    }

    fn carrier_of(&self, medium: Medium) -> &Carrier {
        match medium {
            Medium::Mail => &self.mail_server,
            Medium::Sms | Medium::Call => &self.phone_gateway,
        }
    }
}
