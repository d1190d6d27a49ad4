//! Verifying the whole log, or what came since a checkpoint, with public keys alone.
//!
//! Two streams of rows, `log` by position and `events` in the order of commits, are hashed in lockstep
//! ([`walk`]) while the next rows are on their way ([`feed`]). Memory does not grow with the log: streams that
//! do not fit come in later, quick passes ([`streams`]). Nothing is written, nothing is opened, and nothing
//! but the tables is believed: what the caches say is compared with what follows from the log.

mod caches;
mod cursor;
mod feed;
mod findings;
mod pruned;
mod report;
mod row;
mod since;
mod since_subjects;
mod stated;
mod streams;
mod subjects;
mod walk;

use std::sync::Arc;

use sqlx::{Connection, PgConnection, PgPool};
use tokio_util::sync::CancellationToken;

pub use findings::{Finding, Findings};
pub use report::{Checked, Report, Verdict};

use self::cursor::Cursor;
use self::feed::Source;
use self::row::CommitKey;
use self::streams::Streams;
use self::subjects::Subjects;
use self::walk::{Checkpoints, Kept, Rest, SoFar, Walk};
use super::error::ProofError;
use super::growth::Forest;
use super::made::Attempts;
use super::tiles::TreeReader;
use log_proof::Checkpoint;
use log_proof::VerifierKey;
use log_proof::hash::Hash;
use log_proof::merkle::Frontier;
use log_proof::stream_tree::BUCKETS;
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
    /// Whether what that checkpoint covers is taken as verified before.
    pub only_since: bool,
    /// Streams kept in memory at once, unless the default will do.
    pub most_streams: Option<usize>,
    /// Is told how far it is.
    pub progress: Progress,
    /// Once it is cancelled the verification is given up.
    pub stop: CancellationToken,
}

/// What the passes over the log come to, beside findings.
struct Aims {
    /// Checkpoints whose roots over all streams and accounts are made again, and the buckets so far.
    roots: Vec<(Checkpoint, Forest)>,
    /// The buckets before these were compared with what is stored of streams, and of accounts.
    compared: Places,
}

/// A bucket of each of the two trees.
#[derive(Clone, Copy, Default)]
struct Places {
    streams: usize,
    subjects: usize,
}

impl Places {
    /// The later ones of both.
    fn max(self, other: Self) -> Self {
        Self { streams: self.streams.max(other.streams), subjects: self.subjects.max(other.subjects) }
    }

    fn are_ends(self) -> bool {
        self.streams >= BUCKETS && self.subjects >= BUCKETS
    }
}

/// What is verified, as it stood at the beginning.
struct Bounds {
    /// The newest position.
    until: u64,
    /// The position up to which tiles and heads were made.
    tree: u64,
    /// The position up to which the streams of accounts were made.
    subjects: u64,
    /// The newest stored checkpoint.
    newest: Option<Checkpoint>,
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
        if !self.only_since {
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

    /// Heads are read where they are stored, and move on with each checkpoint: one moment's state is read.
    async fn run_in_snapshot(&self, db: &mut PgConnection) -> Result<Report, ProofError> {
        let mut snapshot = db.begin().await?;
        for setting in [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            "SET LOCAL idle_in_transaction_session_timeout = 0",
        ] {
            sqlx::query(setting).execute(&mut *snapshot).await?;
        }
        self.run_on(&mut snapshot).await
    }

    async fn run_on(&self, db: &mut PgConnection) -> Result<Report, ProofError> {
        let mut findings = Findings::default();
        let bounds = self.bounds(db, &mut findings).await?;
        let others = self.others(db, &bounds, &mut findings).await?;
        let mut report = Report {
            until: bounds.until,
            checked: Checked::default(),
            newest: others.iter().chain(&bounds.newest).max_by_key(|stated| stated.size).cloned(),
            unproved: self.unproved(&bounds),
            findings,
        };
        match &self.kept {
            Some(kept) if self.only_since => {
                if kept.size <= bounds.until {
                    self.run_since(db, kept, &bounds, others, &mut report).await?;
                }
            }
            _ => self.run_whole(db, &bounds, others, &mut report).await?,
        }
        Ok(report)
    }

    async fn bounds(&self, db: &mut PgConnection, findings: &mut Findings) -> Result<Bounds, ProofError> {
        // In this order: the log only grows, so it covers what was stated before.
        let newest = stated::newest(db, &self.keys).await?;
        let tree = super::growth::tree_size(db).await?.cast_unsigned();
        let subjects = super::subject_streams::made(db).await?.cast_unsigned();
        let until = crate::log::newest_position(db).await?.cast_unsigned();
        if tree.max(subjects) > until {
            let made = tree.max(subjects);
            findings.at(until + 1, format!("the log ends at {until}, but its tree was made up to {made}"));
        }
        Ok(Bounds { until, tree, subjects, newest })
    }

    /// What no checkpoint states that is to be compared with.
    fn unproved(&self, bounds: &Bounds) -> Vec<String> {
        let states_none = |stated: &Checkpoint| stated.subjects.is_none();
        let mut unproved = Vec::new();
        if self.objects.is_none() {
            let what = "what was published below `checkpoints/`: the store of the archives was not given";
            unproved.push(what.to_owned());
        }
        if bounds.newest.as_ref().is_some_and(states_none) {
            unproved
                .push("which streams concern an account: the newest checkpoint does not state it".to_owned());
        } else if self.only_since && self.kept.as_ref().is_some_and(states_none) {
            unproved.push(
                "which streams concerned an account before the checkpoint you kept: it does not state it; verify once \
                 without --since, or keep a newer one"
                    .to_owned(),
            );
        }
        unproved
    }

    /// Checkpoints that are not in the table: those only the object store has, and the one that was kept.
    /// What lies beyond the end of the log is a finding.
    async fn others(
        &self,
        db: &mut PgConnection,
        bounds: &Bounds,
        findings: &mut Findings,
    ) -> Result<Vec<Checkpoint>, ProofError> {
        let mut others = match &self.objects {
            Some(objects) => stated::published_only(db, objects, &self.keys, findings).await?,
            None => Vec::new(),
        };
        others.extend(self.kept.clone());
        others.sort_by_key(|stated| stated.size);
        let stated = others.iter().chain(&bounds.newest).max_by_key(|stated| stated.size);
        if let Some(beyond) = stated.filter(|stated| stated.size > bounds.until) {
            // One may have been signed while we looked.
            let until = self.newest_position().await?;
            if beyond.size > until {
                findings.at(
                    until + 1,
                    format!(
                        "the log ends at {until}, but a checkpoint of {} events was signed at {}: the end was cut off",
                        beyond.size, beyond.time
                    ),
                );
            }
        }
        others.retain(|stated| stated.size <= bounds.until);
        Ok(others)
    }

    async fn run_whole(
        &self,
        db: &mut PgConnection,
        bounds: &Bounds,
        others: Vec<Checkpoint>,
        report: &mut Report,
    ) -> Result<(), ProofError> {
        let most = self.most_streams.unwrap_or(MOST_STREAMS);
        let stated = self.kept.iter().chain(&bounds.newest).filter(|stated| stated.size <= bounds.until);
        let roots = stated.map(|stated| (stated.clone(), Forest::empty())).collect();
        let mut aims = Aims { roots, compared: Places::default() };
        let mut checkpoints = Checkpoints::new(stated::feed(&self.pool, &self.keys, 0), others);
        let (mut from, mut quick) = (Places::default(), false);
        while !from.are_ends() {
            let kept = Kept::from(from, most);
            let so_far = SoFar::new(Frontier::default(), Hash::ZERO, CommitKey::before_first(), kept, quick);
            let walk = self.walk(bounds, so_far, checkpoints).await?;
            let mut walk = self.pass(db, walk, bounds, &mut aims, report).await?;
            from = from.max(walk.so_far.ends());
            self.take_over(&mut walk, report).await?;
            (checkpoints, quick) = (Checkpoints::none(), true);
        }
        for (stated, forest) in &aims.roots {
            stated::compare_streams(stated, forest.streams.root(), &mut report.findings);
            stated::compare_subjects(stated, forest.subjects.root(), &mut report.findings);
        }
        caches::compare_buckets(db, bounds, &aims.roots, &mut report.findings).await
    }

    /// One pass over all of the log, resting where something is to be compared.
    async fn pass(
        &self,
        db: &mut PgConnection,
        mut walk: Walk,
        bounds: &Bounds,
        aims: &mut Aims,
        report: &mut Report,
    ) -> Result<Walk, ProofError> {
        let mut rests: Vec<u64> = aims.roots.iter().map(|(stated, _)| stated.size).collect();
        let until = bounds.until;
        rests.extend([bounds.tree.min(until), bounds.subjects.min(until), until]);
        rests.sort_unstable();
        rests.dedup();
        for rest in rests {
            walk = self.walk_to(db, walk, rest).await?;
            let so_far = &mut walk.so_far;
            for (_, forest) in aims.roots.iter_mut().filter(|(stated, _)| stated.size == rest) {
                so_far.streams.hash_into(&mut forest.streams);
                so_far.subjects.hash_into(&mut forest.subjects);
            }
            let mut to = Places::default();
            if rest == bounds.tree {
                caches::compare_tiles(db, so_far).await?;
                to.streams = caches::compare_heads(db, bounds, so_far, aims.compared.streams).await?;
            }
            if rest == bounds.subjects {
                to.subjects = caches::compare_subjects(db, so_far, aims.compared.subjects).await?;
            }
            aims.compared = aims.compared.max(to);
            report.checked.streams += std::mem::take(&mut so_far.checked.streams);
            report.checked.subjects += std::mem::take(&mut so_far.checked.subjects);
        }
        Ok(walk)
    }

    async fn run_since(
        &self,
        db: &mut PgConnection,
        kept: &Checkpoint,
        bounds: &Bounds,
        others: Vec<Checkpoint>,
        report: &mut Report,
    ) -> Result<(), ProofError> {
        let frontier = match TreeReader::new(db).frontier(kept.size).await {
            Ok(frontier) if frontier.root() == kept.root => frontier,
            Ok(_) | Err(ProofError::Broken(_)) => {
                report.findings.nowhere(format!(
                    "the tiles do not lead to the checkpoint of {} events: the log below it was changed, or the tiles; \
                     verify without --since",
                    kept.size
                ));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let key = stated::key_at(db, kept.size).await?;
        let none = Kept { streams: Streams::none(), subjects: Subjects::none() };
        let so_far = SoFar::new(frontier, kept.chain, key, none, false);
        let others: Vec<_> = others.into_iter().filter(|stated| stated.size > kept.size).collect();
        let stated = stated::feed(&self.pool, &self.keys, kept.size);
        let walk = self.walk(bounds, so_far, Checkpoints::new(stated, others)).await?;
        let mut walk = self.walk_to(db, walk, bounds.until).await?;
        self.take_over(&mut walk, report).await?;
        report.checked.events -= kept.size;
        let most = self.most_streams.unwrap_or(MOST_STREAMS);
        let findings = &mut report.findings;
        report.checked.streams += since::verify(db, kept, key, bounds, most, findings).await?;
        report.checked.subjects += since_subjects::verify(db, kept, bounds, most / 3, findings).await?;
        Ok(())
    }

    async fn walk(
        &self,
        bounds: &Bounds,
        so_far: SoFar,
        checkpoints: Checkpoints,
    ) -> Result<Walk, ProofError> {
        let log = Source::Log { after: so_far.position, until: bounds.until };
        // In a quick pass texts are read for the accounts in them alone.
        let whole = !so_far.quick || !so_far.subjects.buckets().is_empty();
        let events = Source::Events { after: so_far.key, whole };
        Ok(Walk {
            log: Cursor::new(feed::open(&self.pool, log).await?),
            events: Cursor::new(feed::open(&self.pool, events).await?),
            checkpoints,
            so_far,
        })
    }

    /// Hashing keeps a core busy: it has a thread of its own.
    async fn walk_to(&self, db: &mut PgConnection, mut walk: Walk, until: u64) -> Result<Walk, ProofError> {
        loop {
            let (progress, stop) = (Arc::clone(&self.progress), self.stop.clone());
            let walked = tokio::task::spawn_blocking(move || {
                let rest = walk.go(until, &progress, &stop);
                (walk, rest)
            });
            let (went, rest) = walked.await.map_err(|_| ProofError::GivenUp)?;
            walk = went;
            pruned::check(db, &mut walk.so_far).await?;
            if rest? == Rest::Arrived {
                return Ok(walk);
            }
        }
    }

    async fn take_over(&self, walk: &mut Walk, report: &mut Report) -> Result<(), ProofError> {
        let so_far = &mut walk.so_far;
        if !so_far.quick {
            walk.checkpoints.read_rest(&mut so_far.findings).await?;
            report.checked.events = so_far.frontier.size();
            report.checked.checkpoints = so_far.checked.checkpoints;
            report.checked.pruned = so_far.checked.pruned;
        }
        report.findings.extend(std::mem::take(&mut so_far.findings));
        Ok(())
    }
}
