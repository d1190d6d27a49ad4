//! What came since a checkpoint that was kept: the log below it was verified before, and is not read.
//!
//! First the tiles are checked against that checkpoint. The rows after it go through the first pass, as in a whole
//! log. Then the stored heads ([`streams`]) and streams of accounts ([`subjects`]) are checked against its
//! roots and against those of the newest. It suffices because tiles that lead to a signed root are those of the verified
//! log, and what the pass makes from them must lead to the next signed root.

mod streams;
mod subjects;

use sqlx::PgConnection;

use super::Verification;
use super::bounds::Bounds;
use super::findings::Findings;
use super::first_pass::FirstPass;
use super::report::Report;
use super::row::CommitKey;
use super::signed_checkpoints::SignedCheckpoints;
use super::walk::{VerifierState, Walk};
use super::windows::Windows;
use crate::proof::error::ProofError;
use crate::proof::tiles::TreeReader;
use log_proof::Checkpoint;
use log_proof::merkle::Frontier;
use log_proof::stream_tree::Buckets;

/// The checkpoints between which streams and accounts went on, and the last position of the log.
#[derive(Clone, Copy)]
struct Between<'a> {
    kept: &'a Checkpoint,
    newest: &'a Checkpoint,
    until: u64,
}

/// The buckets of one of the two trees, at each of the checkpoints.
struct BucketsAt {
    kept: Buckets,
    newest: Buckets,
}

/// Verifies what came since `kept`, against the stored checkpoints and those that are `unstored`.
pub(super) async fn verify(
    verification: &Verification,
    db: &mut PgConnection,
    kept: &Checkpoint,
    bounds: &Bounds,
    unstored: Vec<Checkpoint>,
    report: &mut Report,
) -> Result<(), ProofError> {
    let Some(tree) = tree_at(db, kept, &mut report.findings).await? else { return Ok(()) };
    let key = key_at(db, kept.size).await?;
    let unstored: Vec<_> = unstored.into_iter().filter(|signed| signed.size > kept.size).collect();
    let checkpoints = SignedCheckpoints::open(&verification.pool, &verification.keys, kept.size, unstored);
    let first = FirstPass::new(tree, kept.chain, key, checkpoints);
    let state = VerifierState::first(first, Windows::empty());
    let walk = Walk::begin(verification, state, bounds.until).await?;
    walk.run_to(db, bounds.until).await?.end(report).await?;
    report.checked.events -= kept.size;

    let Some(newest) = &bounds.newest else {
        report
            .findings
            .nowhere("the newest stored checkpoint cannot be used, so streams were not compared with it");
        return Ok(());
    };
    if newest.size != bounds.tree {
        return Err(ProofError::BeingMade);
    }
    let between = Between { kept, newest, until: bounds.until };
    let (capacity, findings) = (verification.capacity(), &mut report.findings);
    report.checked.streams += streams::verify(db, between, key, capacity, findings).await?;
    // Where the newest states nothing of accounts there is nothing to compare, and the report says so.
    if newest.subjects.is_some() {
        report.checked.subjects += subjects::verify(db, between, capacity / 3, findings).await?;
    }
    Ok(())
}

/// The tree at a checkpoint, if the tiles lead to its root.
async fn tree_at(
    db: &mut PgConnection,
    kept: &Checkpoint,
    findings: &mut Findings,
) -> Result<Option<Frontier>, ProofError> {
    match TreeReader::new(db).frontier(kept.size).await {
        Ok(tree) if tree.root() == kept.root => Ok(Some(tree)),
        Ok(_) | Err(ProofError::Broken(_)) => {
            findings.nowhere(format!(
                "the tiles do not lead to the checkpoint of {} events: the log below it was changed, or the tiles; \
                 verify without --since",
                kept.size
            ));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Where the event at `position` stands in the order of commits.
async fn key_at(db: &mut PgConnection, position: u64) -> Result<CommitKey, ProofError> {
    if position == 0 {
        return Ok(CommitKey::before_first());
    }
    let found: Option<(i16, String, i64)> =
        sqlx::query_as("SELECT era, xid::text, ord FROM log WHERE position = $1")
            .bind(position.cast_signed())
            .fetch_optional(db)
            .await?;
    let key = found.and_then(|(era, xid, ord)| Some(CommitKey { era, xid: xid.parse().ok()?, ord }));
    key.ok_or_else(|| ProofError::Broken(format!("position {position} of the log is missing")))
}
