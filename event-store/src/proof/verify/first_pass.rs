//! The checks of the first pass over rows: each row of `log` against the one before it and against its event, and all so
//! far against the signed checkpoints.
//!
//! From a row to the next: positions without a gap, the order of commits, and the hash chain. From a row to its event: the
//! columns that lie in both tables, and the leaf, which is made again. It suffices because the leaf binds every column of
//! the event, the root of the tree every leaf in its place, and the signature of a checkpoint that root. A row
//! is judged by its stored neighbours, so one change makes one finding and not one for each row behind it.

use sqlx::PgConnection;

use super::findings::Findings;
use super::pruned::{self, PrunedEvent};
use super::report::Checked;
use super::row::{CommitKey, EventRow, LogRow};
use super::signed_checkpoints::SignedCheckpoints;
use crate::proof::error::ProofError;
use log_proof::StoredEvent;
use log_proof::hash::{self, Hash};
use log_proof::merkle::Frontier;

/// Pruned events whose keys are looked up at once.
const PRUNED: usize = 1_000;

/// What the first pass alone knows where it stands.
pub(super) struct FirstPass {
    /// The last row, as it is stored.
    pub previous: PreviousRow,
    /// The tree over the leaves so far.
    pub tree: Frontier,
    /// Those about more events than there are so far.
    checkpoints: SignedCheckpoints,
    agreement: Agreement,
    /// Pruned events that were not looked up yet.
    pruned: Vec<PrunedEvent>,
    checkpoints_compared: u64,
    pruned_checked: u64,
}

/// What the next row is judged by.
pub(super) struct PreviousRow {
    position: u64,
    pub key: CommitKey,
    chain: Hash,
}

/// Whether the log led to the roots of the checkpoints so far.
enum Agreement {
    /// To all of them; the last was about this many events.
    UpTo(u64),
    /// Not to one of them, which is a finding. That later ones are not agreed with says nothing new.
    Broken,
}

impl FirstPass {
    /// Before the rows that go on from `tree`, whose last has this chain hash and place in the order of commits.
    pub(super) fn new(tree: Frontier, chain: Hash, key: CommitKey, checkpoints: SignedCheckpoints) -> Self {
        Self {
            previous: PreviousRow { position: tree.size(), key, chain },
            agreement: Agreement::UpTo(tree.size()),
            tree,
            checkpoints,
            pruned: Vec::new(),
            checkpoints_compared: 0,
            pruned_checked: 0,
        }
    }

    /// Checks a row and its event, if it was found; `stored` is the event with all columns. Returns the leaf that the log
    /// was built with.
    pub(super) fn check(
        &mut self,
        row: &LogRow,
        event: Option<&EventRow<'_>>,
        stored: Option<&StoredEvent<'_>>,
        findings: &mut Findings,
    ) -> Hash {
        self.check_place(row, findings);
        if let Some(event) = event {
            check_columns(row, event, findings);
        }
        let leaf = self.check_hashes(row, stored, findings);
        if event.is_none() {
            findings.at(row.position, "its event is missing from `events`");
        }
        if let Some(stored) = stored {
            self.pruned.extend(PrunedEvent::of(row.position, stored));
        }
        self.tree.push(leaf, |_, _| {});
        self.previous = PreviousRow { position: row.position, key: row.key, chain: row.chain };
        leaf
    }

    /// The next position, and later in the order of commits.
    fn check_place(&self, row: &LogRow, findings: &mut Findings) {
        let expected = self.previous.position + 1;
        match row.position - expected {
            0 => {}
            1 => findings.at(expected, "missing from `log`"),
            _ => findings.at(expected, format!("missing from `log`, as all up to {}", row.position - 1)),
        }
        if row.key <= self.previous.key {
            findings.at(
                row.position,
                "its event was committed before that of the position before: rows were swapped or put in",
            );
        }
    }

    /// The leaf is that of the event, and the chain goes on from the row before with this leaf.
    fn check_hashes(&self, row: &LogRow, stored: Option<&StoredEvent<'_>>, findings: &mut Findings) -> Hash {
        let linked = hash::chain(&self.previous.chain, &row.leaf) == row.chain;
        match stored {
            Some(event) if !event.has_leaf(&row.leaf) => {
                // Which of the two was changed is told by the chain.
                let own = event.leaf();
                if !linked && hash::chain(&self.previous.chain, &own) == row.chain {
                    findings.at(row.position, "leaf is not that of the event, which is unchanged");
                    return own;
                }
                let id = event.event_id;
                let what = format!("event {id} is not as it was sequenced: a column of it was changed");
                findings.at(row.position, what);
            }
            _ if !linked => {
                findings.at(
                    row.position,
                    "chain does not follow from the row before: one of the two was changed",
                );
            }
            _ => {}
        }
        row.leaf
    }

    /// Compares the tree with the checkpoints about as many events.
    pub(super) fn compare_checkpoints(&mut self, findings: &mut Findings) -> Result<(), ProofError> {
        while let Some(signed) = self.checkpoints.due(self.tree.size(), findings)? {
            self.checkpoints_compared += 1;
            let size = signed.size;
            let agrees = size == self.tree.size() && signed.root == self.tree.root();
            if agrees && signed.chain != self.previous.chain {
                findings.at(size, "chain is not that of the checkpoint");
            }
            match self.agreement {
                Agreement::UpTo(_) if agrees => self.agreement = Agreement::UpTo(size),
                Agreement::UpTo(agreed) => {
                    let from = agreed + 1;
                    let what = format!(
                        "the log is not that of the checkpoint of {size} events, signed at {}: something between \
                         positions {from} and {size} was changed, removed or put in",
                        signed.time
                    );
                    findings.at(from, what);
                    self.agreement = Agreement::Broken;
                }
                Agreement::Broken => {}
            }
        }
        Ok(())
    }

    /// Whether pruned events must be looked up before more is met.
    pub(super) fn is_full_of_pruned(&self) -> bool {
        self.pruned.len() >= PRUNED
    }

    /// Checks the pruned events that were met since the last time.
    pub(super) async fn check_pruned(
        &mut self,
        db: &mut PgConnection,
        findings: &mut Findings,
    ) -> Result<(), ProofError> {
        let pruned = std::mem::take(&mut self.pruned);
        self.pruned_checked += pruned.len() as u64;
        pruned::check(db, &pruned, findings).await
    }

    /// Reads the checkpoints that are left, and tells how much was checked.
    pub(super) async fn end(
        mut self,
        findings: &mut Findings,
        checked: &mut Checked,
    ) -> Result<(), ProofError> {
        self.checkpoints.read_rest(findings).await?;
        checked.events = self.tree.size();
        checked.checkpoints = self.checkpoints_compared;
        checked.pruned = self.pruned_checked;
        Ok(())
    }
}

/// The columns that lie in both tables are the same.
fn check_columns(row: &LogRow, event: &EventRow<'_>, findings: &mut Findings) {
    let columns = [
        ("era", row.key.era == event.key.era),
        ("xid", row.key.xid == event.key.xid),
        ("ord", row.key.ord == event.key.ord),
        ("event_id", row.event_id == event.event_id),
    ];
    for (column, same) in columns {
        if !same {
            findings.at(row.position, format!("{column} is not the same in `log` and `events`"));
        }
    }
}
