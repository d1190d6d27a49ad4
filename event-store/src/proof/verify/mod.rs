//! The verifier: a log, or what came since a checkpoint, against what was signed, with public keys alone.
//!
//! Checked are the rows of `log` and `events`, every signed checkpoint, and all that is stored for convenience. Nothing but
//! the tables and the public keys is believed, nothing is written, and nothing that is sealed is opened. It
//! suffices because each row leads by SHA-256 to the roots in a checkpoint: other rows have other roots, and only the
//! holder of the signing key can sign these.
//!
//! ```text
//! Whole   Pass::First ──▶ Pass::BucketsOnly ──▶ … ──▶ roots over streams and accounts
//!         until each bucket of both trees was in memory once; mostly the first pass is the only one
//! Since   tiles lead to that checkpoint ──▶ Pass::First, over the rows after it ──▶ streams ──▶ accounts
//! ```
//! [`whole`] and [`since`] move from state to state. What a state knows stands in [`walk`] (a [`Pass`](walk::Pass)),
//! [`first_pass`] and [`windows`] (what is in memory of streams and accounts: memory does not grow with the log). A pass
//! hashes rows while the next are on their way ([`feed`]).

mod bounds;
mod bucket_hasher;
mod caches;
mod cursor;
mod feed;
mod findings;
mod first_pass;
mod pruned;
mod report;
mod roots;
mod row;
mod signed_checkpoints;
mod since;
mod walk;
mod whole;
mod windows;

use std::sync::Arc;

use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;

pub use findings::{Finding, Findings};
pub use report::{Checked, Report, Verdict};

use self::bounds::Bounds;
use super::error::ProofError;
use super::made::{Attempts, snapshot};
use log_proof::Checkpoint;
use log_proof::VerifierKey;
use sealed_objects::SealedObjectStore;

/// Streams kept in memory at once: about 80 bytes each.
const MOST_STREAMS: usize = 450_000;

/// Told the position that was reached, now and then.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// What is to be verified, and with what.
pub struct Verification {
    /// The database.
    pub pool: PgPool,
    /// The public keys that checkpoints may be signed with.
    pub keys: Vec<VerifierKey>,
    /// Where checkpoints were published, if that is to be looked at.
    pub objects: Option<SealedObjectStore>,
    /// A checkpoint that was kept elsewhere: the log must go on from it.
    pub kept: Option<Checkpoint>,
    /// Whether what that checkpoint covers is taken as verified before. Without one it says nothing.
    pub only_since: bool,
    /// Streams kept in memory at once, unless the default will do.
    pub most_streams: Option<usize>,
    /// Is told how far it is.
    pub progress: Progress,
    /// Once it is cancelled the verification is given up.
    pub stop: CancellationToken,
}

/// How much of the log is verified.
#[derive(Clone, Copy)]
enum Extent<'a> {
    /// All of it.
    Whole,
    /// What came after this checkpoint; what it covers was verified before.
    Since(&'a Checkpoint),
}

impl Verification {
    /// How far the log goes: what there is to verify.
    pub async fn newest_position(&self) -> Result<u64, ProofError> {
        Ok(crate::log::newest_position(&self.pool).await?.cast_unsigned())
    }

    /// Verifies.
    ///
    /// # Errors
    /// When it cannot be done. What is found wrong with the log is no error but a finding.
    pub async fn run(&self) -> Result<Report, ProofError> {
        let mut db = self.pool.acquire().await?;
        if let Extent::Whole = self.extent() {
            return self.run_on(&mut db).await;
        }
        let attempts = Attempts::begin();
        loop {
            match self.run_in_snapshot(&mut db).await {
                Err(ProofError::BeingMade) if attempts.another().await => {}
                answer => return answer,
            }
        }
    }

    fn extent(&self) -> Extent<'_> {
        match &self.kept {
            Some(kept) if self.only_since => Extent::Since(kept),
            _ => Extent::Whole,
        }
    }

    /// Streams in memory at once.
    fn capacity(&self) -> usize {
        self.most_streams.unwrap_or(MOST_STREAMS)
    }

    /// Heads are read where they are stored, and move on with each checkpoint: one moment's state is read.
    async fn run_in_snapshot(&self, db: &mut PgConnection) -> Result<Report, ProofError> {
        let mut snapshot = snapshot(db).await?;
        sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0").execute(&mut *snapshot).await?;
        self.run_on(&mut snapshot).await
    }

    async fn run_on(&self, db: &mut PgConnection) -> Result<Report, ProofError> {
        let mut findings = Findings::default();
        let bounds = Bounds::read(db, &self.keys, &mut findings).await?;
        let unstored = self.unstored(db, &bounds, &mut findings).await?;
        let mut report = Report {
            until: bounds.until,
            checked: Checked::default(),
            newest: bounds.newest_of(&unstored).cloned(),
            unproved: self.unproved(&bounds),
            findings,
        };
        match self.extent() {
            Extent::Whole => whole::verify(self, db, &bounds, unstored, &mut report).await?,
            // One beyond the end of the log was found above, and nothing comes after it.
            Extent::Since(kept) if kept.size > bounds.until => {}
            Extent::Since(kept) => since::verify(self, db, kept, &bounds, unstored, &mut report).await?,
        }
        Ok(report)
    }

    /// Checkpoints that are not in the table, by size: those only the object store has, and the one that was kept.
    /// What lies beyond the end of the log is a finding.
    async fn unstored(
        &self,
        db: &mut PgConnection,
        bounds: &Bounds,
        findings: &mut Findings,
    ) -> Result<Vec<Checkpoint>, ProofError> {
        let mut unstored = match &self.objects {
            Some(objects) => signed_checkpoints::published_only(db, objects, &self.keys, findings).await?,
            None => Vec::new(),
        };
        unstored.extend(self.kept.clone());
        unstored.sort_by_key(|signed| signed.size);
        bounds.check_end(&self.pool, &unstored, findings).await?;
        unstored.retain(|signed| signed.size <= bounds.until);
        Ok(unstored)
    }

    /// What no checkpoint states that is to be compared with.
    fn unproved(&self, bounds: &Bounds) -> Vec<String> {
        let states_none = |signed: &Checkpoint| signed.subjects.is_none();
        let mut unproved = Vec::new();
        if self.objects.is_none() {
            let what = "what was published below `checkpoints/`: the store of the archives was not given";
            unproved.push(what.to_owned());
        }
        if bounds.newest.as_ref().is_some_and(states_none) {
            unproved
                .push("which streams concern an account: the newest checkpoint does not state it".to_owned());
        } else if let Extent::Since(kept) = self.extent()
            && states_none(kept)
        {
            unproved.push(
                "which streams concerned an account before the checkpoint you kept: it does not state it; verify once \
                 without --since, or keep a newer one"
                    .to_owned(),
            );
        }
        unproved
    }
}
