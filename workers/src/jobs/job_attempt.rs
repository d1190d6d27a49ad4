//! One attempt at a job, from NATS or found without it: its outcome, and the delay before the next.

use std::time::Duration;

use domain::RequestId;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestCommand};
use event_store::postgres::backoff::delay_before;
use event_store::{CommandContext, CommitExtras};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::nats::MAX_DELIVERIES;
use crate::privacy_requests::{Advanced, JobError, LEASE_LIFE, WorkerContext, advance};
use crate::timers;

/// The delay after the first failure; doubled with each.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// The request or aggregate for which something is due; what it is, the planner or the aggregate says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub(super) enum Job {
    Request { request_id: RequestId },
    Timer { aggregate_type: String, aggregate_id: String },
}

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing is due any more.
    Done,
    /// Nothing was due, or only what others do: a request may wait for its mail.
    Idle,
    /// Another worker has the lease on it.
    Elsewhere,
    /// The worker is about to stop, or lost the lease.
    Interrupted,
    /// It failed.
    Failed,
}

impl Outcome {
    /// The delay before the next attempt, after so many; none where none is needed.
    pub(super) fn delay(self, tries: u32) -> Option<Duration> {
        match self {
            Self::Done | Self::Idle => None,
            Self::Interrupted => Some(Duration::ZERO),
            // The holder of the lease may die with it.
            Self::Elsewhere => Some(LEASE_LIFE),
            Self::Failed => Some(delay_before(tries, FIRST_DELAY, LONGEST_DELAY)),
        }
    }
}

/// Attempts a job for the `tries`th time (1 is the first), until `give_up`.
pub(super) async fn attempt(
    ctx: &WorkerContext,
    job: &Job,
    tries: u32,
    give_up: &CancellationToken,
) -> Outcome {
    match job {
        Job::Request { request_id } => {
            let advanced = advance(ctx, *request_id, give_up).await;
            let (outcome, told) = conclude(ctx, *request_id, tries, advanced).await;
            metrics::counter!("personal_settings_jobs_total", "outcome" => told).increment(1);
            outcome
        }
        Job::Timer { aggregate_type, aggregate_id } => {
            let outcome = run_timers(ctx, aggregate_type, aggregate_id, tries).await;
            let told = if outcome == Outcome::Done { "done" } else { "failed" };
            metrics::counter!("personal_settings_tasks_total", "outcome" => told).increment(1);
            outcome
        }
    }
}

/// Does what is due for an aggregate.
async fn run_timers(ctx: &WorkerContext, aggregate_type: &str, aggregate_id: &str, tries: u32) -> Outcome {
    let Err(error) = timers::run_due(ctx, aggregate_type, aggregate_id).await else { return Outcome::Done };
    let error = &error as &dyn std::error::Error;
    tracing::warn!(aggregate_type, aggregate_id, tries, error, "timer task failed");
    Outcome::Failed
}

/// The outcome of an advance, and its name in the metric.
async fn conclude(
    ctx: &WorkerContext,
    request: RequestId,
    tries: u32,
    result: Result<Advanced, JobError>,
) -> (Outcome, &'static str) {
    match result {
        Ok(Advanced::Done { steps }) => {
            tracing::debug!(%request, steps, "privacy request advanced");
            (if steps > 0 { Outcome::Done } else { Outcome::Idle }, "done")
        }
        Ok(Advanced::Elsewhere) => (Outcome::Elsewhere, "elsewhere"),
        Err(JobError::Interrupted) => (Outcome::Interrupted, "interrupted"),
        Err(error) if tries < MAX_DELIVERIES => {
            tracing::warn!(%request, tries, error = &error as &dyn std::error::Error, "job failed");
            (Outcome::Failed, "failed")
        }
        Err(error) => {
            tracing::error!(%request, tries, error = &error as &dyn std::error::Error, "job stalled");
            record_stall(ctx, request, &error).await;
            (Outcome::Failed, "stalled")
        }
    }
}

/// Records the dead letter: an event of the request, which an operator sees.
async fn record_stall(ctx: &WorkerContext, request: RequestId, error: &JobError) {
    let command = PrivacyRequestCommand::RecordStall { reason: error.to_string() };
    let context = CommandContext::service(request.uuid());
    let recorded = ctx
        .store
        .execute::<PrivacyRequest>(&request.to_string(), command, &context, CommitExtras::default())
        .await;
    if let Err(error) = recorded {
        tracing::error!(%request, error = &error as &dyn std::error::Error, "recording a stalled job failed");
    }
}
