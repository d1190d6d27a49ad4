//! Taking wake-ups from NATS: for privacy requests, and for whatever has a timer that went off.
//!
//! Several consumers run side by side, each with one message at a time: it is kept from others by
//! heartbeats while the work goes on, acknowledged when it is done, and handed back with a growing
//! delay when it fails. A job that fails again and again is recorded with the request, where an
//! operator sees it, and taken off the queue; the sweep brings it back.

use std::convert::Infallible;
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{AckKind, Message};
use domain::RequestId;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestCommand};
use event_store::retry::{Delays, delay_before};
use event_store::{Attached, CommandContext};
use futures::StreamExt;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::advance::LEASE_LIFE;
use super::{Advanced, JobError, advance};
use crate::bus::{ACK_WAIT, Bus, BusError, MAX_DELIVER};
use crate::tasks;
use crate::workbench::Workbench;

/// How long one pull waits for a message.
const PULL: Duration = Duration::from_secs(10);
/// How long a job that is under way may go on after the worker was told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// The delay after the first failure; doubled with each.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// What a message says.
#[derive(Deserialize)]
#[serde(untagged)]
enum WakeUp {
    Request { request_id: RequestId },
    Timer { aggregate_type: String, aggregate_id: String },
}

/// One of the workers of this process.
pub struct Consumer {
    bench: Workbench,
    bus: Bus,
}

impl Consumer {
    /// A consumer of jobs.
    pub fn new(bench: Workbench, bus: Bus) -> Self {
        Self { bench, bus }
    }

    /// Takes jobs until `stop`; one that is under way then is finished, or given up after a grace.
    pub async fn run(self, stop: CancellationToken) {
        let mut delays = Delays::new(Duration::from_millis(200), Duration::from_secs(5));
        while !stop.is_cancelled() {
            if let Err(error) = self.consume(&stop, &mut delays).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "jobs cannot be taken");
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
                    message = pull(&consumer) => message?,
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
        let request_id = match serde_json::from_slice(&message.payload) {
            Ok(WakeUp::Request { request_id }) => request_id,
            Ok(WakeUp::Timer { aggregate_type, aggregate_id }) => {
                return self.attend(message, &aggregate_type, &aggregate_id).await;
            }
            Err(_) => {
                tracing::warn!("a message that is no wake-up was thrown away");
                return answer(message, AckKind::Term).await;
            }
        };
        let give_up = CancellationToken::new();
        let job = advance(&self.bench, request_id, &give_up);
        let result = tokio::select! {
            result = job => result,
            never = heartbeat(message) => match never {},
            never = interrupt_after(stop, &give_up) => match never {},
        };
        let outcome = self.conclude(message, request_id, result).await;
        metrics::counter!("personal_settings_jobs_total", "outcome" => outcome).increment(1);
    }

    /// Does what a timer went off for. What fails is handed back; the sweep brings back what was given up.
    async fn attend(&self, message: &Message, aggregate_type: &str, aggregate_id: &str) {
        let attended = tokio::select! {
            attended = tasks::attend(&self.bench, aggregate_type, aggregate_id) => attended,
            never = heartbeat(message) => match never {},
        };
        let delivered = message.info().map_or(1, |info| info.delivered);
        let outcome = match attended {
            Ok(()) => {
                answer(message, AckKind::Ack).await;
                "done"
            }
            Err(error) => {
                tracing::warn!(
                    aggregate_type,
                    aggregate_id,
                    delivered,
                    error = &error as &dyn std::error::Error,
                    "a task failed"
                );
                let attempt = u32::try_from(delivered).unwrap_or(u32::MAX);
                let delay = delay_before(attempt, FIRST_DELAY, LONGEST_DELAY);
                let last = delivered >= MAX_DELIVER;
                answer(message, if last { AckKind::Term } else { AckKind::Nak(Some(delay)) }).await;
                "failed"
            }
        };
        metrics::counter!("personal_settings_tasks_total", "outcome" => outcome).increment(1);
    }

    async fn conclude(
        &self,
        message: &Message,
        request: RequestId,
        result: Result<Advanced, JobError>,
    ) -> &'static str {
        let delivered = message.info().map_or(1, |info| info.delivered);
        match result {
            Ok(Advanced::Done { steps }) => {
                tracing::debug!(%request, steps, "a request was advanced");
                answer(message, AckKind::Ack).await;
                "done"
            }
            Ok(Advanced::Elsewhere) => {
                // Whoever has the lease may die with it; then this message is there when it ends.
                let last = delivered >= MAX_DELIVER;
                let kind = if last { AckKind::Ack } else { AckKind::Nak(Some(LEASE_LIFE)) };
                answer(message, kind).await;
                "elsewhere"
            }
            Err(JobError::Interrupted) => {
                answer(message, AckKind::Nak(None)).await;
                "interrupted"
            }
            Err(error) if delivered < MAX_DELIVER => {
                tracing::warn!(%request, delivered, error = &error as &dyn std::error::Error, "a job failed");
                let attempt = u32::try_from(delivered).unwrap_or(u32::MAX);
                let delay = delay_before(attempt, FIRST_DELAY, LONGEST_DELAY);
                answer(message, AckKind::Nak(Some(delay))).await;
                "failed"
            }
            Err(error) => {
                tracing::error!(%request, delivered, error = &error as &dyn std::error::Error, "a job is stalled");
                self.record_stall(request, &error).await;
                answer(message, AckKind::Term).await;
                "stalled"
            }
        }
    }

    /// The dead letter: an event of the request, which an operator sees.
    async fn record_stall(&self, request: RequestId, error: &JobError) {
        let command = PrivacyRequestCommand::RecordStall { reason: error.to_string() };
        let context = CommandContext::service(request.uuid());
        let recorded = self
            .bench
            .store
            .execute::<PrivacyRequest>(&request.to_string(), command, &context, Attached::default())
            .await;
        if let Err(error) = recorded {
            tracing::error!(%request, error = &error as &dyn std::error::Error, "a stalled job could not be recorded");
        }
    }
}

async fn pull(consumer: &PullConsumer) -> Result<Option<Message>, BusError> {
    let refused = |error| BusError::Refused("a pull", error);
    let batch = consumer.batch().max_messages(1).expires(PULL).messages().await;
    let mut batch = batch.map_err(|error| refused(error.into()))?;
    batch.next().await.transpose().map_err(refused)
}

/// Tells the server that the work goes on, for ever.
async fn heartbeat(message: &Message) -> Infallible {
    loop {
        tokio::time::sleep(ACK_WAIT / 3).await;
        answer(message, AckKind::Progress).await;
    }
}

/// Has the job give up some time after `stop`, in good order.
async fn interrupt_after(stop: &CancellationToken, give_up: &CancellationToken) -> Infallible {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
    give_up.cancel();
    std::future::pending().await
}

/// An answer that is lost costs a redelivery, which finds nothing to do.
async fn answer(message: &Message, kind: AckKind) {
    if let Err(error) = message.ack_with(kind).await {
        tracing::debug!(error = error.to_string(), "a message could not be answered");
    }
}
