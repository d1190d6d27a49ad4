//! One pass over the log and the events beside it, in lockstep.
//!
//! Both come in the order of commits, so a log row and its event meet without a lookup; a row that meets
//! nothing was removed from the other table or put into this one. Every row is judged against its stored
//! neighbours, so one change makes one finding and not one for each row behind it.

use std::collections::VecDeque;

use tokio::sync::mpsc::{Receiver, channel};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::cursor::Cursor;
use super::findings::Findings;
use super::row::{CommitKey, EventRow, LogRow};
use super::stated::Stated;
use super::streams::Streams;
use super::subjects::Subjects;
use super::{Checked, Places, Progress};
use crate::proof::error::ProofError;
use log_proof::Checkpoint;
use log_proof::StoredEvent;
use log_proof::ciphertext_digest;
use log_proof::hash::{self, Hash};
use log_proof::merkle::Frontier;
use log_proof::stream_tree::{self, BUCKETS};

/// Events between two words on the progress, and two looks whether it is given up.
const STEP: u64 = 16_384;
/// Pruned events whose keys are looked up at once.
const PRUNED: usize = 1_000;

/// A pass, wherever it stands.
pub(super) struct Walk {
    pub log: Cursor,
    pub events: Cursor,
    /// What is stated about the log as it grows, in order.
    pub checkpoints: Checkpoints,
    pub so_far: SoFar,
}

/// What was seen.
pub(super) struct SoFar {
    pub position: u64,
    pub frontier: Frontier,
    /// The stored chain hash of the last row.
    pub chain: Hash,
    /// Where the last row stands in the order of commits.
    pub key: CommitKey,
    pub streams: Streams,
    pub subjects: Subjects,
    pub findings: Findings,
    pub checked: Checked,
    /// Pruned events that were not looked up yet.
    pub pruned: Vec<PrunedRow>,
    /// Whether only streams and subjects are of interest: all else was verified in an earlier pass.
    pub quick: bool,
    /// The size of the last checkpoint that agreed, and whether one did not.
    agreed: u64,
    disagreed: bool,
}

/// What of streams and accounts is kept in memory in a pass.
pub(super) struct Kept {
    pub streams: Streams,
    pub subjects: Subjects,
}

impl Kept {
    /// As many of each as `most` streams take, from these buckets on.
    pub(super) fn from(from: Places, most: usize) -> Self {
        let streams =
            if from.streams < BUCKETS { Streams::from_bucket(from.streams, most) } else { Streams::none() };
        // What is kept of one takes about twice what a head takes.
        let most = most / 2;
        let subjects = if from.subjects < BUCKETS {
            Subjects::from_bucket(from.subjects, most)
        } else {
            Subjects::none()
        };
        Self { streams, subjects }
    }
}

/// An event without its ciphertext, and the keys it was sealed with.
pub(super) struct PrunedRow {
    pub position: u64,
    pub event_id: Uuid,
    pub keys: Vec<Option<Uuid>>,
}

/// Why a walk rests.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// It came as far as it should.
    Arrived,
    /// Pruned events have to be looked up.
    Pruned,
}

/// Checkpoints in the order of their sizes: those stored in the table, and others that were read before.
pub(super) struct Checkpoints {
    stored: Receiver<Result<Stated, ProofError>>,
    others: VecDeque<Checkpoint>,
    next: Option<Checkpoint>,
}

impl Checkpoints {
    pub(super) fn new(stored: Receiver<Result<Stated, ProofError>>, others: Vec<Checkpoint>) -> Self {
        Self { stored, others: others.into(), next: None }
    }

    /// None at all: for a pass in which nothing is compared with them.
    pub(super) fn none() -> Self {
        Self::new(channel(1).1, Vec::new())
    }

    /// The next checkpoint with a size up to `size`. Blocks.
    fn due(&mut self, size: u64, findings: &mut Findings) -> Result<Option<Checkpoint>, ProofError> {
        if self.others.front().is_some_and(|other| other.size <= size) {
            return Ok(self.others.pop_front());
        }
        while self.next.is_none() {
            match self.stored.blocking_recv().transpose()? {
                Some(Ok(stated)) => self.next = Some(stated),
                Some(Err((size, why))) => findings.at(size, unsound(&why)),
                None => break,
            }
        }
        Ok(self.next.take_if(|next| next.size <= size))
    }

    /// Looks at what is left: what states more than there is can only be read.
    pub(super) async fn read_rest(&mut self, findings: &mut Findings) -> Result<(), ProofError> {
        while let Some(stated) = self.stored.recv().await.transpose()? {
            if let Err((size, why)) = stated {
                findings.at(size, unsound(&why));
            }
        }
        Ok(())
    }
}

fn unsound(why: &str) -> String {
    format!("the stored checkpoint about the log up to here: {why}")
}

impl SoFar {
    /// The state after `position` events.
    pub(super) fn new(frontier: Frontier, chain: Hash, key: CommitKey, kept: Kept, quick: bool) -> Self {
        Self {
            position: frontier.size(),
            agreed: frontier.size(),
            frontier,
            chain,
            key,
            streams: kept.streams,
            subjects: kept.subjects,
            findings: Findings::default(),
            checked: Checked::default(),
            pruned: Vec::new(),
            quick,
            disagreed: false,
        }
    }

    /// The buckets from which on streams and accounts have to wait for a later pass.
    pub(super) fn ends(&self) -> Places {
        Places { streams: self.streams.buckets().end, subjects: self.subjects.buckets().end }
    }

    fn found(&mut self, position: u64, what: impl Into<String>) {
        if !self.quick {
            self.findings.at(position, what);
        }
    }

    /// Takes a row of the log, and its event if it was found.
    fn take(&mut self, row: &LogRow, event: Option<&EventRow<'_>>) {
        self.density(row);
        if row.key <= self.key {
            self.found(
                row.position,
                "its event was committed before that of the position before: rows were swapped or put in",
            );
        }
        match event {
            Some(event) => self.pair(row, event),
            None => {
                self.link(row, None);
                self.found(row.position, "its event is missing from `events`");
            }
        }
        (self.position, self.key, self.chain) = (row.position, row.key, row.chain);
    }

    fn density(&mut self, row: &LogRow) {
        let expected = self.position + 1;
        match row.position - expected {
            0 => {}
            1 => self.found(expected, "missing from `log`"),
            _ => self.found(expected, format!("missing from `log`, as all up to {}", row.position - 1)),
        }
    }

    fn pair(&mut self, row: &LogRow, event: &EventRow<'_>) {
        let columns = [
            ("era", row.key.era == event.key.era),
            ("xid", row.key.xid == event.key.xid),
            ("ord", row.key.ord == event.key.ord),
            ("event_id", row.event_id == event.event_id),
        ];
        for (column, same) in columns {
            if !same {
                self.found(row.position, format!("{column} is not the same in `log` and `events`"));
            }
        }
        let whole = event.event();
        let leaf = if self.quick { row.leaf } else { self.link(row, whole.as_ref()) };
        let key = stream_tree::key(event.aggregate_type, event.aggregate_id);
        if let Some(whole) = &whole {
            self.subjects.take(whole, key, row.position);
        }
        if let Err(expected) = self.streams.push(key, event.sequence, &leaf) {
            // Not `found`: only this pass sees these streams.
            let (stream, sequence) = (event.aggregate_id, event.sequence);
            self.findings.at(
                row.position,
                format!("sequence: event {sequence} of {stream} comes where {expected} should"),
            );
        }
    }

    /// Judges leaf and chain, and adds the leaf to the tree. Returns the leaf that the log was built with.
    fn link(&mut self, row: &LogRow, event: Option<&StoredEvent<'_>>) -> Hash {
        if self.quick {
            return row.leaf;
        }
        let linked = hash::chain(&self.chain, &row.leaf) == row.chain;
        let mut leaf = row.leaf;
        match event {
            Some(event) if !event.has_leaf(&row.leaf) => {
                // Which of the two was changed is told by the chain.
                let own = event.leaf();
                if !linked && hash::chain(&self.chain, &own) == row.chain {
                    self.found(row.position, "leaf is not that of the event, which is unchanged");
                    leaf = own;
                } else {
                    self.found(
                        row.position,
                        format!(
                            "event {} is not as it was sequenced: a column of it was changed",
                            event.event_id
                        ),
                    );
                }
            }
            _ if !linked => {
                self.found(
                    row.position,
                    "chain does not follow from the row before: one of the two was changed",
                );
            }
            _ => {}
        }
        if let Some(event) = event {
            self.note_pruned(row.position, event);
        }
        self.frontier.push(leaf, |_, _| {});
        leaf
    }

    fn note_pruned(&mut self, position: u64, event: &StoredEvent<'_>) {
        let texts = [&event.payload, &event.metadata];
        if texts.iter().any(|text| ciphertext_digest::is_pruned(text)) {
            let keys = texts.iter().flat_map(|text| ciphertext_digest::keys(text)).collect();
            self.pruned.push(PrunedRow { position, event_id: event.event_id, keys });
        }
    }

    /// An event below what was sequenced that has no position.
    fn stray(&mut self, event: &EventRow<'_>) {
        let EventRow { aggregate_type, aggregate_id, sequence, event_id, .. } = event;
        let what = format!(
            "event {event_id} ({sequence} of {aggregate_type} {aggregate_id}) in `events` is not in `log`: it was put in, \
             or its row of `log` removed"
        );
        self.found(self.position + 1, what);
    }

    /// Compares the tree with what is stated of it.
    fn compare(&mut self, checkpoints: &mut Checkpoints) -> Result<(), ProofError> {
        while let Some(stated) = checkpoints.due(self.frontier.size(), &mut self.findings)? {
            self.checked.checkpoints += 1;
            let size = stated.size;
            let same = size == self.frontier.size() && stated.root == self.frontier.root();
            if same && stated.chain != self.chain {
                self.found(size, "chain is not that of the checkpoint");
            }
            match (same, self.disagreed) {
                (true, _) => self.agreed = size,
                (false, true) => {}
                (false, false) => {
                    self.disagreed = true;
                    let what = format!(
                        "the log is not that of the checkpoint of {size} events, signed at {}: something between \
                         positions {} and {size} was changed, removed or put in",
                        stated.time,
                        self.agreed + 1
                    );
                    self.found(self.agreed + 1, what);
                }
            }
        }
        Ok(())
    }
}

impl Walk {
    /// Goes on until position `until`, or until pruned events must be looked up. Blocks.
    pub(super) fn go(
        &mut self,
        until: u64,
        progress: &Progress,
        stop: &CancellationToken,
    ) -> Result<Rest, ProofError> {
        while self.so_far.position < until {
            if self.so_far.pruned.len() >= PRUNED {
                return Ok(Rest::Pruned);
            }
            let Some(row) = self.log.peek::<LogRow>()? else { break };
            if row.position > until {
                // A gap: what should be here comes later, if at all.
                break;
            }
            self.meet(&row)?;
            self.log.advance();
            self.so_far.compare(&mut self.checkpoints)?;
            if row.position % STEP == 0 {
                progress(row.position);
                if stop.is_cancelled() {
                    return Err(ProofError::GivenUp);
                }
            }
        }
        progress(self.so_far.position);
        Ok(Rest::Arrived)
    }

    /// Finds the event of a log row, and passes over those that have none.
    fn meet(&mut self, row: &LogRow) -> Result<(), ProofError> {
        loop {
            let Some(event) = self.events.peek::<EventRow<'_>>()? else {
                self.so_far.take(row, None);
                return Ok(());
            };
            if event.key == row.key || event.event_id == row.event_id {
                self.so_far.take(row, Some(&event));
                self.events.advance();
                return Ok(());
            }
            if row.key < event.key {
                self.so_far.take(row, None);
                return Ok(());
            }
            self.so_far.stray(&event);
            self.events.advance();
        }
    }
}
