//! Rows, one by one out of the batches that [feed](super::feed) them.

use tokio::sync::mpsc::Receiver;

use super::feed::{Batch, unreadable};
use super::row::{Fields, Row, length};
use crate::proof::error::ProofError;

/// Reads rows one by one out of batches.
pub(super) struct Cursor {
    batches: Receiver<Batch>,
    batch: Vec<u8>,
    at: usize,
    /// The length of the present row.
    length: usize,
}

impl Cursor {
    pub(super) fn new(batches: Receiver<Batch>) -> Self {
        Self { batches, batch: Vec::new(), at: 0, length: 0 }
    }

    /// The present row; none at the end. Blocks until it is there.
    pub(super) fn peek<'a, R: Row<'a>>(&'a mut self) -> Result<Option<R>, ProofError> {
        if self.at == self.batch.len() {
            match self.batches.blocking_recv() {
                Some(batch) => (self.batch, self.at) = (batch?, 0),
                None => return Ok(None),
            }
        }
        let rest = &self.batch[self.at..];
        self.length = length(rest).ok_or_else(unreadable)?;
        let row = Fields::of(&rest[..self.length]).and_then(R::read);
        row.map(Some).ok_or_else(unreadable)
    }

    /// Goes on after the row that was last looked at.
    pub(super) fn advance(&mut self) {
        self.at += self.length;
        self.length = 0;
    }
}
