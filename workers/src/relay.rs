//! The relay: publishes the log to NATS, in position order.
//!
//! One leader. It reads after its checkpoint, publishes, waits for every confirmation, and only then
//! moves the checkpoint. After a crash in between it publishes some messages again; their
//! `Nats-Msg-Id` is the event's id, so the server drops the repeats, and a worker woken twice finds
//! nothing to do the second time.

use std::time::Duration;

use cqrs_es::Aggregate as _;
use domain::privacy_request::PrivacyRequest;
use event_store::leader::Leadership;
use event_store::log::{self, LogEntry};
use event_store::retry::Delays;
use event_store::{EventStore, StoreError};
use projections::checkpoint;
use tokio_util::sync::CancellationToken;

use crate::bus::{Bus, BusError, Confirmation};

/// The name of its checkpoint and of its leadership.
const NAME: &str = "relay";
/// Entries published before their confirmations are awaited.
const BATCH: i64 = 256;
/// How long to wait before looking again although no news came.
const POLL: Duration = Duration::from_secs(1);
/// How long a candidate waits before it tries again to take the lead.
const CANDIDATE: Duration = Duration::from_millis(500);

/// See the module.
pub struct Relay {
    store: EventStore,
    bus: Bus,
}

/// Why the relay stopped for now.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl Relay {
    /// A candidate for the lead.
    pub fn new(store: EventStore, bus: Bus) -> Self {
        Self { store, bus }
    }

    /// Leads whenever nobody else does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut delays = Delays::new(CANDIDATE, Duration::from_secs(5));
        while !stop.is_cancelled() {
            let led = tokio::select! {
                () = stop.cancelled() => return,
                led = self.lead() => led,
            };
            if let Err(error) = led {
                tracing::warn!(error = &error as &dyn std::error::Error, "the relay stopped");
            } else {
                delays.reset();
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = delays.wait() => {}
            }
        }
    }

    async fn lead(&self) -> Result<(), RelayError> {
        let Some(mut leadership) = Leadership::take(self.store.pool(), NAME).await? else {
            return Ok(());
        };
        self.bus.ensure_streams().await?;
        let connection = leadership.connection();
        checkpoint::ensure(&mut *connection, NAME).await?;
        let mut position = checkpoint::position(&mut *connection, NAME).await?;
        let mut head = self.store.head().subscribe();
        loop {
            let entries = log::read_after(&mut *connection, position, BATCH).await?;
            let Some(last) = entries.last().map(|entry| entry.position) else {
                log::wait_beyond(&mut head, position, POLL).await;
                continue;
            };
            self.publish(&entries).await?;
            checkpoint::advance(&mut *connection, NAME, last).await?;
            position = last;
        }
    }

    async fn publish(&self, entries: &[LogEntry]) -> Result<(), BusError> {
        let mut confirmations: Vec<Confirmation> = Vec::with_capacity(entries.len() * 2);
        for entry in entries {
            confirmations.push(self.bus.announce(entry).await?);
            if entry.aggregate_type == PrivacyRequest::TYPE
                && let Ok(request) = entry.aggregate_id.parse()
            {
                confirmations.push(self.bus.wake(request, &entry.event_id.to_string()).await?);
            }
        }
        for confirmation in confirmations {
            confirmation.wait().await?;
        }
        Ok(())
    }
}
