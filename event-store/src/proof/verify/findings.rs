//! What a verification finds wrong.

use std::fmt;

use crate::proof::subject_streams::Pair;
use log_proof::hash::Hash;

/// Findings that are kept in words; beyond them they are only counted.
const KEPT: usize = 1_000;

/// Something that is not as it was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where in the log, from 1; none for what has no place in it.
    pub position: Option<u64>,
    /// Column or reason, in words.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "position {position}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    count: u64,
}

impl Findings {
    /// The first thousand.
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// How many there are in all.
    pub fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn at(&mut self, position: u64, what: impl Into<String>) {
        self.add(Some(position), what.into());
    }

    pub(super) fn nowhere(&mut self, what: impl Into<String>) {
        self.add(None, what.into());
    }

    /// The stored head of a stream.
    pub(super) fn wrong_head(&mut self, stream: &Hash) {
        self.nowhere(format!("the head of stream {stream} in `stream_head` does not follow from its events"));
    }

    /// The stored row that says that a stream concerns an account.
    pub(super) fn wrong_pair(&mut self, (subject, stream): &Pair) {
        self.nowhere(format!(
            "that stream {stream} concerns account {subject} in `subject_stream` does not follow from the events"
        ));
    }

    pub(super) fn extend(&mut self, more: Self) {
        let room = KEPT - self.kept.len();
        self.count += more.count;
        self.kept.extend(more.kept.into_iter().take(room));
    }

    fn add(&mut self, position: Option<u64>, what: String) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(Finding { position, what });
        }
    }
}
