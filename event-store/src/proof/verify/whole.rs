//! The whole log: every row, every checkpoint, every stream and account, and what is stored of them.
//!
//! [`Pass::First`] checks the rows and fills as many buckets of streams and accounts as memory allows. While buckets are
//! left, another pass reads the log again for them alone: [`Pass::BucketsOnly`]. A pass pauses at each size about which
//! something is stated or stored, and what the rows came to there is compared with it. It suffices because the first pass
//! sees each row and each checkpoint, and all passes together see each bucket as it was at each pause.

use sqlx::PgConnection;

use super::Verification;
use super::bounds::Bounds;
use super::caches::{self, Compared};
use super::first_pass::FirstPass;
use super::report::Report;
use super::roots::RootTarget;
use super::row::CommitKey;
use super::signed_checkpoints::SignedCheckpoints;
use super::walk::{Pass, VerifierState, Walk};
use super::windows::Windows;
use crate::proof::error::ProofError;
use log_proof::Checkpoint;
use log_proof::hash::Hash;
use log_proof::merkle::Frontier;

/// Verifies the log against the stored checkpoints and those that are `unstored`.
pub(super) async fn verify(
    verification: &Verification,
    db: &mut PgConnection,
    bounds: &Bounds,
    unstored: Vec<Checkpoint>,
    report: &mut Report,
) -> Result<(), ProofError> {
    let signed = verification.kept.iter().chain(&bounds.newest).filter(|signed| signed.size <= bounds.until);
    let mut targets: Vec<RootTarget> = signed.map(RootTarget::new).collect();
    let mut compared = Compared::default();
    let checkpoints = SignedCheckpoints::open(&verification.pool, &verification.keys, 0, unstored);
    let first = FirstPass::new(Frontier::default(), Hash::ZERO, CommitKey::before_first(), checkpoints);
    let windows = Windows::of_first_buckets(verification.capacity());
    let mut state = VerifierState::first(first, windows);
    loop {
        let walk = Walk::begin(verification, state, bounds.until).await?;
        let walk = run_pass(db, walk, bounds, &mut targets, &mut compared, report).await?;
        let next = walk.state.windows.next(verification.capacity());
        walk.end(report).await?;
        match next {
            Some(windows) => state = VerifierState::buckets_only(windows),
            None => break,
        }
    }
    for target in &targets {
        target.compare(&mut report.findings);
    }
    caches::compare_buckets(db, bounds, &targets, &mut report.findings).await
}

/// One pass over all of the log.
async fn run_pass(
    db: &mut PgConnection,
    mut walk: Walk,
    bounds: &Bounds,
    targets: &mut [RootTarget],
    compared: &mut Compared,
    report: &mut Report,
) -> Result<Walk, ProofError> {
    for pause in pauses(bounds, targets) {
        walk = walk.run_to(db, pause).await?;
        let VerifierState { pass, position, windows, findings } = &mut walk.state;
        for target in targets.iter_mut().filter(|target| target.checkpoint.size == pause) {
            target.add(windows);
        }
        if pause == bounds.tree {
            if let Pass::First(first) = pass {
                caches::compare_tiles(db, &first.tree, findings).await?;
            }
            let (streams, compared) = (&windows.streams, &mut compared.streams);
            report.checked.streams += caches::compare_heads(db, bounds, streams, compared, findings).await?;
        }
        if pause == bounds.subjects {
            let (subjects, compared) = (&windows.subjects, &mut compared.subjects);
            report.checked.subjects +=
                caches::compare_subjects(db, *position, subjects, compared, findings).await?;
        }
    }
    Ok(walk)
}

/// The positions at which a pass pauses; the last is the end.
fn pauses(bounds: &Bounds, targets: &[RootTarget]) -> Vec<u64> {
    let mut pauses: Vec<u64> = targets.iter().map(|target| target.checkpoint.size).collect();
    let until = bounds.until;
    pauses.extend([bounds.tree.min(until), bounds.subjects.min(until), until]);
    pauses.sort_unstable();
    pauses.dedup();
    pauses
}
