//! Advancing one request: plan, do one step, record it, plan again.
//!
//! The lease keeps two workers from doing the same step at once. After taking it the request is
//! loaded again, so that a step another worker has just finished is not done twice. A crash at any
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

/// A worker that does not renew its lease for so long is taken for dead.
pub(crate) const LEASE_LIFE: Duration = Duration::from_secs(20);
/// How often a lease is renewed.
const RENEWAL: Duration = Duration::from_secs(5);

/// What a job came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// Nothing is due (any more); so many steps were done.
    Done {
        /// How many.
        steps: u32,
    },
    /// What is due is being done by another worker.
    Elsewhere,
}

/// Does everything that is due for a request, until `stop`. A step that fails does not hold up the others.
///
/// Notices are the post's: here it is seen to that they are queued, which is no step, for the request stays owing them until
/// they have gone out.
///
/// # Errors
/// The first failure, after all that could be done was done and recorded.
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
        let Some((lease, intent)) = take_one(ctx, id, due).await? else {
            return conclude(failed, Advanced::Elsewhere);
        };
        let taken = take_step(ctx, id, version, &intent, &lease, stop).await;
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
    conclude(failed, Advanced::Done { steps })
}

/// The first failure counts; the others are told here, but for those of the same cause: an object store that is away fails
/// several steps, and is told once.
fn conclude(failed: BTreeMap<String, JobError>, advanced: Advanced) -> Result<Advanced, JobError> {
    let mut failures = failed.into_iter();
    let Some((_, first)) = failures.next() else { return Ok(advanced) };
    let said = descriptions(&first);
    for (step, error) in failures.filter(|(_, error)| descriptions(error) != said) {
        tracing::warn!(step, error = &error as &dyn std::error::Error, "another step failed");
    }
    Err(first)
}

async fn load(ctx: &WorkerContext, id: RequestId) -> Result<Option<(Request, u64)>, StoreError> {
    let (aggregate, version) = ctx.store.load::<PrivacyRequest>(&id.to_string()).await?;
    Ok(aggregate.request.map(|request| (request, version)))
}

/// The lease on the first step that nobody else is taking.
async fn take_one(
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

/// Takes a step unless it was taken since the request was loaded. True when it was taken now.
async fn take_step(
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

/// Renews the lease, or tells that it is lost.
async fn renew(lease: &Lease, lost: &CancellationToken) {
    match lease.renew().await {
        Ok(true) => {}
        Ok(false) => lost.cancel(),
        // The step itself will run into the same; whether the lease is lost shows when it is over.
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "renewing a lease failed");
        }
    }
}
