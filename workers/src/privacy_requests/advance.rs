//! Advancing one request: plan, run one step, record it, plan again.
//!
//! The lease keeps two workers from running the same step at once. With it the request is
//! loaded again, so that a step another worker has just finished is not run twice. A crash at any
//! point leaves the request where the last recorded event put it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::RequestId;
use domain::privacy_request::{Intent, PrivacyRequest, Request, plan};
use event_store::StoreError;
use event_store::postgres::lease::Lease;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::context::WorkerContext;
use super::error::JobError;
use super::steps;
use crate::error_chain::descriptions;
use crate::heartbeat::with_heartbeat;

/// How long a lease lasts: a worker that does not renew it for so long is taken for dead.
pub(crate) const LEASE_LIFE: Duration = Duration::from_secs(20);
/// How often a lease is renewed.
const RENEWAL: Duration = Duration::from_secs(5);

/// The result of advancing a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// Nothing is due any more.
    Done {
        /// How many steps were run.
        steps: u32,
    },
    /// Another worker has the lease on what is due.
    Elsewhere,
}

/// Runs all steps that are due for a request, until `stop`. A step that fails does not hold up the others.
///
/// The message dispatcher sends notices; here they are queued. That counts as no step: the request owes a notice until
/// it has gone out.
///
/// # Errors
/// The first failure, after all other steps were run and recorded.
pub async fn advance(
    ctx: &WorkerContext,
    id: RequestId,
    stop: &CancellationToken,
) -> Result<Advanced, JobError> {
    let mut steps = 0;
    let mut failed: BTreeMap<String, JobError> = BTreeMap::new();
    let mut queued: BTreeSet<String> = BTreeSet::new();
    loop {
        let Some((request, version)) = load(ctx, id).await? else { break };
        let due = plan(&request, ctx.store.services().now());
        let (notices, mut due): (Vec<Intent>, Vec<Intent>) =
            due.into_iter().partition(|intent| matches!(intent, Intent::Notify(_)));
        for notice in notices.iter().filter(|notice| queued.insert(notice.key())) {
            steps::run(ctx, &request, notice).await?;
        }
        due.retain(|intent| !failed.contains_key(&intent.key()));
        if due.is_empty() {
            break;
        }
        let Some((lease, intent)) = lease_first_free(ctx, id, due).await? else {
            return conclude(id, failed, Advanced::Elsewhere);
        };
        let taken = run_step(ctx, id, version, &intent, &lease, stop).await;
        if let Err(error) = lease.give_back().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(request = %id, error, "returning a lease failed; it expires by itself");
        }
        match taken {
            Ok(taken) => steps += u32::from(taken),
            Err(JobError::Interrupted) => return Err(JobError::Interrupted),
            Err(error) => drop(failed.insert(intent.key(), error)),
        }
    }
    conclude(id, failed, Advanced::Done { steps })
}

/// The first failure is returned. The others are logged, but for those of the same cause: an object store that is away
/// fails several steps, and is logged once.
fn conclude(
    id: RequestId,
    failed: BTreeMap<String, JobError>,
    advanced: Advanced,
) -> Result<Advanced, JobError> {
    let mut failures = failed.into_iter();
    let Some((_, first)) = failures.next() else { return Ok(advanced) };
    let causes = descriptions(&first);
    for (step, error) in failures.filter(|(_, error)| descriptions(error) != causes) {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(request = %id, step, error, "another step failed");
    }
    Err(first)
}

async fn load(ctx: &WorkerContext, id: RequestId) -> Result<Option<(Request, u64)>, StoreError> {
    let (aggregate, version) = ctx.store.load::<PrivacyRequest>(&id.to_string()).await?;
    Ok(aggregate.request.map(|request| (request, version)))
}

/// The lease on the first step that no other worker runs.
async fn lease_first_free(
    ctx: &WorkerContext,
    id: RequestId,
    due: Vec<Intent>,
) -> Result<Option<(Lease, Intent)>, StoreError> {
    for intent in due {
        let name = format!("{id}/{}", intent.key());
        let holder = ctx.store.services().ids.uuid();
        if let Some(lease) = Lease::take(ctx.store.pool(), name, holder, LEASE_LIFE).await? {
            return Ok(Some((lease, intent)));
        }
    }
    Ok(None)
}

/// Runs a step unless another worker ran it since the request was loaded. True when it was run now.
async fn run_step(
    ctx: &WorkerContext,
    id: RequestId,
    planned_at: u64,
    intent: &Intent,
    lease: &Lease,
    stop: &CancellationToken,
) -> Result<bool, JobError> {
    let Some((request, version)) = load(ctx, id).await? else { return Ok(false) };
    if version != planned_at && !plan(&request, ctx.store.services().now()).contains(intent) {
        return Ok(false);
    }
    let key = intent.key();
    let span = tracing::info_span!("job.step", request = %id, step = %key);
    let step = steps::run(ctx, &request, intent).instrument(span);
    let lost = CancellationToken::new();
    let step = Box::pin(async {
        tokio::select! {
            taken = step => taken,
            () = lost.cancelled() => Err(JobError::Interrupted),
            () = stop.cancelled() => Err(JobError::Interrupted),
        }
    });
    match with_heartbeat(step, RENEWAL, || renew(lease, &lost)).await {
        Err(error) if !matches!(error, JobError::Refused(_)) => Err(error),
        taken => {
            let moved = load(ctx, id).await?.is_some_and(|(_, after)| after > version);
            match taken {
                Err(JobError::Refused(refusal)) if moved => {
                    tracing::info!(request = %id, step = %key, %refusal, "request changed during a step");
                    Ok(true)
                }
                Err(refused) => Err(refused),
                Ok(()) if moved => Ok(true),
                Ok(()) => Err(JobError::NoProgress(key)),
            }
        }
    }
}

/// Renews the lease; where it is lost, cancels `lost`.
async fn renew(lease: &Lease, lost: &CancellationToken) {
    match lease.renew().await {
        Ok(true) => {}
        Ok(false) => lost.cancel(),
        // The step itself will fail likewise; whether the lease is lost shows when it ends.
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "renewing a lease failed");
        }
    }
}
