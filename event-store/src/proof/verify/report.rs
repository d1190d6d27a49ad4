//! What a verification comes to.

use serde::Serialize;

use super::findings::Findings;
use log_proof::Checkpoint;

/// How much was verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Events.
    pub events: u64,
    /// Checkpoints whose root was compared.
    pub checkpoints: u64,
    /// Streams whose head was compared.
    pub streams: u64,
    /// Streams of accounts: each stream that concerns an account counts once for it.
    pub subjects: u64,
    /// Events that were pruned.
    pub pruned: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    /// The position up to which the log was verified.
    pub until: u64,
    /// How much was.
    pub checked: Checked,
    /// The newest checkpoint that was compared.
    pub newest: Option<Checkpoint>,
    /// What could not be verified, and why.
    pub unproved: Vec<String>,
    /// What was found wrong; nothing, if all is well.
    pub findings: Findings,
}

/// What a report comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The log is as it was signed.
    Passed,
    /// It is not.
    Failed,
    /// There is nothing signed that it could be compared with.
    NotProved,
}

impl Report {
    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        match (self.findings.count(), &self.newest) {
            (1.., _) => Verdict::Failed,
            (0, Some(_)) => Verdict::Passed,
            (0, None) => Verdict::NotProved,
        }
    }
}
