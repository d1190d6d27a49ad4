//! The log verified by itself: often what came since the last time, now and then all of it.
//!
//! One leader. What it verifies it does not take from the database: the public keys are its own, and up to where the log
//! was found sound lies in the object store. What is not as it was signed is told as an error each time, by a metric and
//! in the log, until it is again; nothing is kept of such a run, so the next one looks at the same events. A crash, or
//! a stop in the middle, has the next one begin where this one did.
//!
//! It is no substitute for an auditor: control of the process is control of its verdict. It finds what is done to the
//! database.

use std::str::FromStr;
use std::sync::Arc;

use cron::Schedule;
use event_store::EventStore;
use event_store::postgres::leader::{LeaderTask, Leadership};
pub use event_store::proof::verified::Extent;
use event_store::proof::verified::{self, Passed};
use event_store::proof::verify::{Report, Verdict, Verification};
use event_store::proof::{Checkpoint, ProofError, VerifierKey};
use metrics::{counter, gauge};
use sealed_objects::SealedObjectStore;
use tokio_util::sync::CancellationToken;

use crate::schedule::due;

/// Findings that are told in words; `audit verify` tells all.
const TOLD: usize = 5;

/// The leader task that verifies the log.
pub struct Verifications {
    store: EventStore,
    objects: SealedObjectStore,
    keys: Vec<VerifierKey>,
    schedules: ExtentSchedules,
}

/// When is verified, by how much.
struct ExtentSchedules {
    since: Schedule,
    whole: Schedule,
}

impl Verifications {
    /// A candidate for the lead that verifies with `keys`: what came since the last time on the schedule `since`, and all of
    /// the log on the schedule `whole`. Both are cron expressions with seconds.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn new(
        store: EventStore,
        objects: SealedObjectStore,
        keys: Vec<VerifierKey>,
        (since, whole): (&str, &str),
    ) -> Result<Self, cron::error::Error> {
        let schedules =
            ExtentSchedules { since: Schedule::from_str(since)?, whole: Schedule::from_str(whole)? };
        Ok(Self { store, objects, keys, schedules })
    }

    /// Leads whenever no other process does, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        self.store.lead(&self, &stop).await;
    }

    /// Waits until it is time, and says for what; none when it is time to stop instead.
    async fn due(&self, stop: &CancellationToken) -> Option<Extent> {
        let services = self.store.services();
        tokio::select! {
            biased;
            due = due(&self.schedules.whole, services, stop) => due.then_some(Extent::Whole),
            due = due(&self.schedules.since, services, stop) => due.then_some(Extent::Since),
        }
    }

    /// Verifies once, tells what came of it, and keeps up to where all is well.
    ///
    /// # Errors
    /// When it cannot be done, or was given up.
    pub async fn verify(&self, extent: Extent, stop: &CancellationToken) -> Result<Report, ProofError> {
        let kept = verified::last(&self.objects, &self.keys).await?;
        let only_since = extent == Extent::Since && kept.is_some();
        let verification = Verification {
            pool: self.store.pool().clone(),
            keys: self.keys.clone(),
            objects: Some(self.objects.clone()),
            only_since,
            kept,
            most_streams: None,
            progress: Arc::new(|_| {}),
            stop: stop.clone(),
        };
        let report = tokio::select! {
            () = stop.cancelled() => return Err(ProofError::GivenUp),
            report = verification.run() => report?,
        };
        self.tell(extent, &report);
        if let (Verdict::Passed, Some(newest)) = (report.verdict(), &report.newest) {
            self.keep(newest, if only_since { Extent::Since } else { Extent::Whole }).await?;
        }
        Ok(report)
    }

    async fn keep(&self, newest: &Checkpoint, extent: Extent) -> Result<(), ProofError> {
        let mut db = self.store.pool().acquire().await?;
        verified::keep(&mut db, &self.objects, newest, &self.keys).await?;
        let passed = Passed { verified_at: self.store.services().now(), up_to: newest.size };
        Ok(verified::keep_passed(&self.objects, extent, passed).await?)
    }

    fn tell(&self, extent: Extent, report: &Report) {
        let findings = report.findings.count();
        gauge!("personal_settings_log_verification_findings").set(findings as f64);
        match report.verdict() {
            Verdict::Passed => {
                counted("passed");
                gauge!("personal_settings_log_verified_position")
                    .set(report.newest.as_ref().map_or(0, |newest| newest.size) as f64);
                gauge!("personal_settings_log_verified_timestamp_seconds")
                    .set(self.store.services().now().timestamp() as f64);
                tracing::debug!(?extent, events = report.checked.events, "log verified");
            }
            Verdict::NotProved => counted("not_proved"),
            Verdict::Failed => {
                counted("failed");
                let first: Vec<String> =
                    report.findings.kept().iter().take(TOLD).map(ToString::to_string).collect();
                tracing::error!(
                    findings,
                    first = first.join("; "),
                    "the log does not match its signed checkpoints: keep the database as it is, and run `audit verify`"
                );
            }
        }
    }
}

fn counted(verdict: &'static str) {
    counter!("personal_settings_log_verifications_total", "verdict" => verdict).increment(1);
}

impl LeaderTask for Verifications {
    const NAME: &'static str = "verifications";
    type Error = ProofError;

    async fn lead(&self, leadership: &mut Leadership, stop: &CancellationToken) -> Result<(), ProofError> {
        while let Some(extent) = self.due(stop).await {
            leadership.confirm().await?;
            match self.verify(extent, stop).await {
                Ok(_) => {}
                Err(ProofError::GivenUp) => return Ok(()),
                Err(error) => {
                    counted("undone");
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "verifying the log failed; it is tried again when due");
                }
            }
        }
        Ok(())
    }
}
