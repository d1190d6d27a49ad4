//! Delivery: sends all queued messages by mail and to phones. They are those of accounts, invitations and notices of
//! privacy requests.
//!
//! Why no job: a message was queued in the transaction of the event it tells of, and its row is all there is to
//! it. So no wake-up by NATS is needed, and a code reaches a phone also while NATS is away. Each worker process has one
//! [`MessageDispatcher`]; they share the rows (a transactional outbox), and a claim gives a row to one of them for a while.
//!
//! # What always holds
//! - A message is recorded after it went out, and its row goes with that event, or it stays. So it goes out at least
//!   once and is recorded exactly once.
//! - A repeat has the same id, and a mail the same Message-ID and date.
//! - Nothing goes out after it has expired: no code that is too old.
//! - What fails for now is tried again, seconds later at first and hours later in the end, by a schedule that its row
//!   keeps; what fails for good, or for days, is recorded as undeliverable. Neither holds up other messages.
//! - What may have been taken without a confirmation is repeated a few times, and no more.
//! - While a mail server or the phone gateway is away one message at a time tries it, and the others wait without being
//!   tried. Neither keeps the other's messages waiting.
//! - Logs hold ids and counts, never an address, a number or what a message says.
//!
//! # What a crash in the middle leaves
//! The row, whose turn comes again when the claim expires. Where the message had gone out it goes out once more.

mod attempt;
mod carrier;
mod compose;
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

/// How long to wait before looking again although the log did not move: a rescheduled message comes due without it.
const POLL: Duration = Duration::from_secs(1);
/// The shortest time between two looks that found too little to do: the log may move a thousand times a second.
const BREATH: Duration = Duration::from_millis(30);
/// How long messages that are under way may take after the dispatcher was told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Claims due messages and delivers them.
pub struct MessageDispatcher {
    store: EventStore,
    outbox: Outbox,
    phone: Option<Phone>,
    letterhead: Letterhead,
    mail_server: Carrier,
    phone_gateway: Carrier,
    /// Told when a message is no longer under way: another may be claimed.
    slot_freed: Notify,
}

/// Media that a mail server carries.
const MAIL: &[Medium] = &[Medium::Mail];
/// Media that a phone gateway carries.
const PHONE: &[Medium] = &[Medium::Sms, Medium::Call];

impl MessageDispatcher {
    /// A dispatcher that sends by `outbox` and `phone`; without the latter, what is for phones cannot be delivered.
    pub fn new(store: EventStore, outbox: Outbox, phone: Option<Phone>, letterhead: Letterhead) -> Self {
        let (mail_server, phone_gateway) = (Carrier::new("mail"), Carrier::new("phone"));
        Self { store, outbox, phone, letterhead, mail_server, phone_gateway, slot_freed: Notify::new() }
    }

    /// Sends whatever is due until `stop`; what is under way then is finished, or given up after a grace.
    pub async fn run(self, stop: CancellationToken) {
        if self.phone.is_none() {
            tracing::warn!("there is no phone gateway: no code reaches a phone; give --phone");
        }
        let dispatcher = Arc::new(self);
        let mut under_way = JoinSet::new();
        dispatcher.send_all(&mut under_way, &stop).await;
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
            // Never dropped half-way: what it had claimed would wait for its claim to expire.
            let left = self.claim_due(under_way).await;
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
                            () = self.slot_freed.notified(), if left => {}
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

    /// Claims as many messages as there is capacity for. True when some may be left, for which a slot must become free.
    async fn claim_due(self: &Arc<Self>, under_way: &mut JoinSet<()>) -> Result<bool, StoreError> {
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
