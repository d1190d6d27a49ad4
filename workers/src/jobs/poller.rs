//! Polls for jobs: while NATS cannot be used, each process looks itself for what is due.
//!
//! NATS makes work quick; its loss makes it slower, and does not stop it. Several processes find the same jobs, and leases
//! keep them apart. What is under way when NATS comes back is finished.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use event_store::StoreError;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use projections::timer::DueTimer;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::job_attempt::{Job, Outcome, attempt};
use super::until_grace;
use crate::nats::{Bus, MAX_DELIVERIES};
use crate::privacy_requests::WorkerContext;

/// How often the poller looks for what is due.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How long NATS must have failed before polling begins: a server that is started anew takes a few seconds.
const MIN_OUTAGE: Duration = Duration::from_secs(10);
/// The delay of a stalled job, before it is attempted as often again.
const STALLED_BACKOFF: Duration = Duration::from_secs(300);
/// The delay of a job for which there was nothing to do.
const IDLE_BACKOFF: Duration = Duration::from_secs(60);
/// Due jobs read at once.
const PAGE: i64 = 500;

/// The poller of this process.
pub struct Poller {
    ctx: WorkerContext,
    bus: Bus,
    concurrency: usize,
    backoffs: HashMap<Job, Backoff>,
}

/// The delay of a job that was attempted and is not done.
struct Backoff {
    tries: u32,
    until: Instant,
}

impl Poller {
    /// A poller that runs so many jobs at once.
    pub fn new(ctx: WorkerContext, bus: Bus, concurrency: usize) -> Self {
        Self { ctx, bus, concurrency, backoffs: HashMap::new() }
    }

    /// Polls whenever NATS cannot be used, until `stop`; what is under way then is finished, or given up after a grace.
    pub async fn run(mut self, stop: CancellationToken) {
        let (ctx, give_up) = (self.ctx.clone(), CancellationToken::new());
        let mut running_jobs = FuturesUnordered::new();
        let mut running = HashSet::new();
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some((job, outcome)) = running_jobs.next() => {
                    running.remove(&job);
                    self.note(job, outcome);
                }
                _ = ticks.tick() => for job in self.next_jobs(&running).await {
                    let tries = self.backoffs.get(&job).map_or(1, |backoff| backoff.tries + 1);
                    let (ctx, give_up) = (&ctx, &give_up);
                    running.insert(job.clone());
                    running_jobs.push(async move {
                        let outcome = attempt(ctx, &job, tries, give_up).await;
                        (job, outcome)
                    });
                },
            }
        }
        let finish = async { while running_jobs.next().await.is_some() {} };
        tokio::select! {
            () = finish => {}
            never = until_grace(&stop, &give_up) => match never {},
        }
    }

    /// The jobs to begin now: as many as there are free slots, the longest due first.
    async fn next_jobs(&mut self, running: &HashSet<Job>) -> Vec<Job> {
        let free = self.concurrency.saturating_sub(running.len());
        if free == 0 || self.bus.outage().is_none_or(|outage| outage.lasts < MIN_OUTAGE) {
            return Vec::new();
        }
        let now = Instant::now();
        self.backoffs.retain(|_, backoff| backoff.until + STALLED_BACKOFF > now);
        let may_begin = |job: &Job| {
            !running.contains(job) && self.backoffs.get(job).is_none_or(|backoff| backoff.until <= now)
        };
        match self.due(free, &may_begin).await {
            Ok(due) => due,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "looking for due work failed; it is tried again");
                Vec::new()
            }
        }
    }

    async fn due(&self, most: usize, may_begin: &impl Fn(&Job) -> bool) -> Result<Vec<Job>, StoreError> {
        let mut due = self.requests_due(most, may_begin).await?;
        due.extend(self.timers_due(most, may_begin).await?);
        due.sort_by_key(|(at, _)| *at);
        Ok(due.into_iter().map(|(_, job)| job).take(most).collect())
    }

    async fn requests_due(
        &self,
        most: usize,
        may_begin: &impl Fn(&Job) -> bool,
    ) -> Result<Vec<(DateTime<Utc>, Job)>, StoreError> {
        let (mut due, mut after) = (Vec::new(), (DateTime::UNIX_EPOCH, None));
        while due.len() < most {
            let page = self.ctx.views.request_list_due(after, self.now(), PAGE).await?;
            let Some((last, at)) = page.last().copied() else { break };
            after = (at, Some(last));
            let jobs = page.into_iter().map(|(request_id, at)| (at, Job::Request { request_id }));
            due.extend(jobs.filter(|(_, job)| may_begin(job)));
        }
        Ok(due)
    }

    async fn timers_due(
        &self,
        most: usize,
        may_begin: &impl Fn(&Job) -> bool,
    ) -> Result<Vec<(DateTime<Utc>, Job)>, StoreError> {
        let (mut due, mut after) = (Vec::new(), DueTimer::beyond(DateTime::UNIX_EPOCH));
        while due.len() < most {
            let page = self.ctx.views.timer_list_due(&after, self.now(), PAGE).await?;
            let Some(last) = page.last().cloned() else { break };
            after = last;
            let jobs = page.into_iter().map(|DueTimer { due_at, aggregate_type, aggregate_id }| {
                (due_at, Job::Timer { aggregate_type, aggregate_id })
            });
            due.extend(jobs.filter(|(_, job)| may_begin(job)));
        }
        Ok(due)
    }

    fn now(&self) -> DateTime<Utc> {
        self.ctx.store.services().now()
    }

    fn note(&mut self, job: Job, outcome: Outcome) {
        if outcome == Outcome::Idle {
            // It stays due, and must not take the turns of others.
            self.backoffs.insert(job, Backoff { tries: 0, until: Instant::now() + IDLE_BACKOFF });
            return;
        }
        let tries = self.backoffs.get(&job).map_or(1, |backoff| backoff.tries + 1);
        let Some(delay) = outcome.delay(tries) else {
            self.backoffs.remove(&job);
            return;
        };
        let backoff = match outcome {
            Outcome::Failed if tries >= MAX_DELIVERIES => {
                Backoff { tries: 0, until: Instant::now() + STALLED_BACKOFF }
            }
            // Neither is a failure of the job.
            Outcome::Elsewhere | Outcome::Interrupted => {
                Backoff { tries: tries - 1, until: Instant::now() + delay }
            }
            _ => Backoff { tries, until: Instant::now() + delay },
        };
        self.backoffs.insert(job, backoff);
    }
}
