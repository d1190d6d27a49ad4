//! One pass over `log` and `events`, in lockstep.
//!
//! Each row of one table is checked to have its row in the other: both come in the order of commits, so a row of `log` and
//! its event meet without a lookup. It suffices because a row that meets none was removed from the other table or put
//! into this one; what meets is checked by the [`Pass`] that is running.

use std::sync::Arc;

use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use super::cursor::Cursor;
use super::feed::{self, Columns, Source};
use super::findings::Findings;
use super::first_pass::FirstPass;
use super::report::Report;
use super::row::{CommitKey, EventRow, LogRow};
use super::windows::Windows;
use super::{Progress, Verification};
use crate::proof::error::ProofError;
use log_proof::stream_tree;

/// Events between two words on the progress, and two looks whether it is given up.
const STEP: u64 = 16_384;

/// Which pass is running, and what it alone knows.
pub(super) enum Pass {
    /// The first over these rows: each of them is checked, and each checkpoint about them.
    First(Box<FirstPass>),
    /// A later one, for the buckets that the passes before had no memory for: their streams and accounts alone are checked.
    BucketsOnly,
}

/// What a pass knows where it stands.
pub(super) struct VerifierState {
    pub pass: Pass,
    /// The position of the last row.
    pub position: u64,
    /// Streams and accounts of the buckets in memory, as of the last row.
    pub windows: Windows,
    pub findings: Findings,
}

/// A pass that is running.
pub(super) struct Walk {
    pub state: VerifierState,
    log: Cursor,
    events: Cursor,
    progress: Progress,
    stop: CancellationToken,
}

/// Why a walk pauses.
enum Pause {
    /// It came as far as it should.
    Arrived,
    /// Pruned events have to be looked up.
    Pruned,
}

impl VerifierState {
    /// Before the first row after those that `first` begins with.
    pub(super) fn first(first: FirstPass, windows: Windows) -> Self {
        let position = first.tree.size();
        Self { pass: Pass::First(Box::new(first)), position, windows, findings: Findings::default() }
    }

    /// Before the first row, once more.
    pub(super) fn buckets_only(windows: Windows) -> Self {
        Self { pass: Pass::BucketsOnly, position: 0, windows, findings: Findings::default() }
    }

    /// Takes a row of the log, and its event if it was found.
    fn take(&mut self, row: &LogRow, event: Option<&EventRow<'_>>) {
        let stored = event.and_then(EventRow::event);
        let leaf = match &mut self.pass {
            Pass::First(first) => first.check(row, event, stored.as_ref(), &mut self.findings),
            Pass::BucketsOnly => row.leaf,
        };
        self.position = row.position;
        let Some(event) = event else { return };
        let key = stream_tree::key(event.aggregate_type, event.aggregate_id);
        if let Some(stored) = &stored {
            self.windows.subjects.push_event(stored, key, row.position);
        }
        if let Err(expected) = self.windows.streams.push(key, event.sequence, &leaf) {
            let (stream, sequence) = (event.aggregate_id, event.sequence);
            let what = format!("sequence: event {sequence} of {stream} comes where {expected} should");
            self.findings.at(row.position, what);
        }
    }

    /// Takes an event that no row of the log names, and that stands before the next of these.
    fn take_extra(&mut self, event: &EventRow<'_>) {
        if let Pass::First(_) = self.pass {
            let EventRow { aggregate_type, aggregate_id, sequence, event_id, .. } = event;
            let what = format!(
                "event {event_id} ({sequence} of {aggregate_type} {aggregate_id}) in `events` is not in `log`: it was put in, \
                 or its row of `log` removed"
            );
            self.findings.at(self.position + 1, what);
        }
    }
}

impl Walk {
    /// A pass over the rows after those that `state` is of, up to position `until`.
    pub(super) async fn begin(
        verification: &Verification,
        state: VerifierState,
        until: u64,
    ) -> Result<Self, ProofError> {
        let log = Source::Log { after: state.position, until };
        let events = match &state.pass {
            Pass::First(first) => Source::Events { after: first.previous.key, columns: Columns::All },
            Pass::BucketsOnly => {
                // Texts are read for the accounts in them alone.
                let no_accounts = state.windows.subjects.buckets().is_empty();
                let columns = if no_accounts { Columns::OfStream } else { Columns::All };
                Source::Events { after: CommitKey::before_first(), columns }
            }
        };
        Ok(Self {
            state,
            log: Cursor::new(feed::open(&verification.pool, log).await?),
            events: Cursor::new(feed::open(&verification.pool, events).await?),
            progress: Arc::clone(&verification.progress),
            stop: verification.stop.clone(),
        })
    }

    /// Goes on until position `until`. Hashing keeps a core busy: it has a thread of its own, to which the walk is lent.
    pub(super) async fn run_to(mut self, db: &mut PgConnection, until: u64) -> Result<Self, ProofError> {
        loop {
            let gone = tokio::task::spawn_blocking(move || {
                let pause = self.go(until);
                (self, pause)
            });
            let pause;
            (self, pause) = gone.await.map_err(|_| ProofError::GivenUp)?;
            if let Pass::First(first) = &mut self.state.pass {
                first.check_pruned(db, &mut self.state.findings).await?;
            }
            match pause? {
                Pause::Arrived => return Ok(self),
                Pause::Pruned => {}
            }
        }
    }

    /// Hands over what was found, and in the first pass how much was checked.
    pub(super) async fn end(mut self, report: &mut Report) -> Result<(), ProofError> {
        if let Pass::First(first) = self.state.pass {
            first.end(&mut self.state.findings, &mut report.checked).await?;
        }
        report.findings.extend(self.state.findings);
        Ok(())
    }

    /// Goes on until position `until`, or until pruned events must be looked up. Blocks.
    fn go(&mut self, until: u64) -> Result<Pause, ProofError> {
        while self.state.position < until {
            if matches!(&self.state.pass, Pass::First(first) if first.is_full_of_pruned()) {
                return Ok(Pause::Pruned);
            }
            let Some(row) = self.log.peek::<LogRow>()? else { break };
            if row.position > until {
                // A gap: what should be here comes later, if at all.
                break;
            }
            self.meet(&row)?;
            self.log.advance();
            if let Pass::First(first) = &mut self.state.pass {
                first.compare_checkpoints(&mut self.state.findings)?;
            }
            if row.position % STEP == 0 {
                (self.progress)(row.position);
                if self.stop.is_cancelled() {
                    return Err(ProofError::GivenUp);
                }
            }
        }
        (self.progress)(self.state.position);
        Ok(Pause::Arrived)
    }

    /// Finds the event of a log row, and passes over those that have none.
    fn meet(&mut self, row: &LogRow) -> Result<(), ProofError> {
        loop {
            let Some(event) = self.events.peek::<EventRow<'_>>()? else {
                self.state.take(row, None);
                return Ok(());
            };
            if event.key == row.key || event.event_id == row.event_id {
                self.state.take(row, Some(&event));
                self.events.advance();
                return Ok(());
            }
            if row.key < event.key {
                self.state.take(row, None);
                return Ok(());
            }
            self.state.take_extra(&event);
            self.events.advance();
        }
    }
}
