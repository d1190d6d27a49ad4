//! Consumes jobs from NATS: for privacy requests, and for aggregates whose timer is due.
//!
//! Several consumers run side by side, each with one message at a time: it is kept from others by
//! heartbeats while the work goes on, acknowledged when it is done, and handed back with a growing
//! delay when it fails. A job that fails again and again is recorded with the request, where an
//! operator sees it, and taken off the queue; the sweep brings it back.

use std::convert::Infallible;
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{AckKind, Message};
use event_store::postgres::backoff::Delays;
use tokio_util::sync::CancellationToken;

use super::job_attempt::{Outcome, attempt};
use super::until_grace;
use crate::nats::{ACK_WAIT, Bus, BusError, MAX_DELIVERIES};
use crate::privacy_requests::WorkerContext;

/// How long one pull waits for a message.
const PULL: Duration = Duration::from_secs(10);

/// One of the consumers of this process.
pub struct Consumer {
    ctx: WorkerContext,
    bus: Bus,
}

impl Consumer {
    /// A consumer of jobs.
    pub fn new(ctx: WorkerContext, bus: Bus) -> Self {
        Self { ctx, bus }
    }

    /// Consumes jobs until `stop`; one that is under way then is finished, or given up after a grace.
    pub async fn run(self, stop: CancellationToken) {
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(5));
        while !stop.is_cancelled() {
            if let Err(error) = self.consume(&stop, &mut delays).await {
                // That it lasts is told once for the whole process.
                tracing::debug!(error = &error as &dyn std::error::Error, "pulling jobs failed");
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = delays.wait() => {}
                }
            }
        }
    }

    async fn consume(&self, stop: &CancellationToken, delays: &mut Delays) -> Result<(), BusError> {
        while !stop.is_cancelled() {
            // Made anew whenever there was nothing for a while: a server that was wiped forgets the consumer,
            // and older ones leave pulls from it unanswered.
            let consumer = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                consumer = self.prepare() => consumer?,
            };
            delays.reset();
            loop {
                let message = tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    message = self.bus.next_job(&consumer, PULL) => message?,
                };
                match message {
                    Some(message) => self.handle(&message, stop).await,
                    None => break,
                }
            }
        }
        Ok(())
    }

    async fn prepare(&self) -> Result<PullConsumer, BusError> {
        self.bus.ensure_streams().await?;
        self.bus.job_consumer().await
    }

    async fn handle(&self, message: &Message, stop: &CancellationToken) {
        // Nothing from NATS is trusted beyond an id that is then looked up.
        let Ok(job) = serde_json::from_slice(&message.payload) else {
            tracing::warn!("unknown message discarded");
            return answer(message, AckKind::Term).await;
        };
        let delivered = message.info().map_or(1, |info| info.delivered);
        let tries = u32::try_from(delivered).unwrap_or(u32::MAX);
        let give_up = CancellationToken::new();
        let outcome = tokio::select! {
            outcome = attempt(&self.ctx, &job, tries, &give_up) => outcome,
            never = heartbeat(message) => match never {},
            never = until_grace(stop, &give_up) => match never {},
        };
        answer(message, kind_of(outcome, tries)).await;
    }
}

/// How a message is answered. One that was tried often enough is taken off the queue.
fn kind_of(outcome: Outcome, tries: u32) -> AckKind {
    match (outcome, outcome.delay(tries)) {
        (Outcome::Interrupted, _) => AckKind::Nak(None),
        (Outcome::Failed, _) if tries >= MAX_DELIVERIES => AckKind::Term,
        (_, Some(delay)) if tries < MAX_DELIVERIES => AckKind::Nak(Some(delay)),
        _ => AckKind::Ack,
    }
}

/// Tells the server that the work goes on, for ever.
async fn heartbeat(message: &Message) -> Infallible {
    loop {
        tokio::time::sleep(ACK_WAIT / 3).await;
        answer(message, AckKind::Progress).await;
    }
}

/// An answer that is lost costs a redelivery, which finds nothing to do.
async fn answer(message: &Message, kind: AckKind) {
    if let Err(error) = message.ack_with(kind).await {
        tracing::debug!(error = error.to_string(), "acknowledging a message failed");
    }
}
