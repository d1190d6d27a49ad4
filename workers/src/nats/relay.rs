//! The relay: publishes the log to NATS, in position order.
//!
//! One leader. It reads after its checkpoint, publishes, waits for every confirmation, and only then
//! moves the checkpoint. After a crash in between it publishes some messages again; their
//! `Nats-Msg-Id` is the event's id, so the server drops the repeats, and a worker woken twice finds
//! nothing to do the second time.

use std::time::Duration;

use cqrs_es::Aggregate as _;
use domain::privacy_request::PrivacyRequest;
use event_store::EventStore;
use event_store::failpoint;
use event_store::log;
use event_store::log::subscription::LogRecord;
use event_store::postgres::leader::{LeaderTask, Leadership};
use projections::cursor;
use tokio_util::sync::CancellationToken;

use super::{Bus, BusError, Confirmation, LeadError};

/// The name of its checkpoint.
const NAME: &str = "relay";
/// Facts published before their confirmations are awaited.
const BATCH: i64 = 256;
/// How long to wait before looking again although no news came.
const POLL: Duration = Duration::from_secs(1);

/// The leader task that publishes the log.
pub struct Relay {
    store: EventStore,
    bus: Bus,
}

impl LeaderTask for Relay {
    const NAME: &'static str = NAME;
    type Error = LeadError;

    async fn lead(&self, leadership: &mut Leadership, stop: &CancellationToken) -> Result<(), LeadError> {
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            led = self.publish_all(leadership) => led,
        }
    }
}

impl Relay {
    /// A candidate for the lead.
    pub fn new(store: EventStore, bus: Bus) -> Self {
        Self { store, bus }
    }

    /// Leads whenever no other process does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        self.store.lead(&self, &stop).await;
    }

    async fn publish_all(&self, leadership: &mut Leadership) -> Result<(), LeadError> {
        self.bus.ensure_streams().await?;
        let connection = leadership.connection();
        cursor::ensure(&mut *connection, NAME).await?;
        let mut position = cursor::position(&mut *connection, NAME).await?;
        let mut head = self.store.head().subscribe();
        loop {
            let facts = log::subscription::facts_after(&mut *connection, position, BATCH).await?;
            let Some(last) = facts.last().map(|fact| fact.position) else {
                log::wait_beyond(&mut head, position, POLL).await;
                continue;
            };
            self.publish(&facts).await?;
            failpoint::reach("relay: published", "facts");
            cursor::advance(&mut *connection, NAME, last).await?;
            position = last;
        }
    }

    async fn publish(&self, facts: &[LogRecord]) -> Result<(), BusError> {
        let mut confirmations: Vec<Confirmation> = Vec::with_capacity(facts.len() * 2);
        for fact in facts {
            confirmations.push(self.bus.announce(fact).await?);
            if fact.aggregate_type == PrivacyRequest::TYPE
                && let Ok(request) = fact.aggregate_id.parse()
            {
                confirmations.push(self.bus.wake(request, &fact.event_id.to_string()).await?);
            }
        }
        for confirmation in confirmations {
            confirmation.wait().await?;
        }
        Ok(())
    }
}
