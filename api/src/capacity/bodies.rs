//! The memory that bodies may take: one budget in bytes for all of the process, and a share of it for each network.
//!
//! A body is charged for what it has grown to, after decompression, as it comes; what is more than there is left is
//! refused before it is read on. What is only announced is not charged: announcing costs a client nothing. The first
//! kibibytes of each body come out of a budget of their own, so that commands are taken while others upload as much as
//! they can. The charge lasts as long as the body, or what was made of it, is held.

use super::shares::{Full, Share, Shares};
use crate::network::Network;
use crate::problem::Problem;

/// What of a body is small, in bytes: most commands are.
pub(crate) const SMALL_BODY: usize = 4 * 1024;
/// For what is small of all bodies, in bytes, and of those of one network.
const SMALL_BUDGET: (usize, usize) = (32 * 1024 * 1024, 4 * 1024 * 1024);
/// For the rest, in bytes; of one network, two of the largest bodies there are. What is made of a body can be some
/// times as large for a moment, so the process takes a small multiple of this at worst.
const BUDGET: (usize, usize) = (64 * 1024 * 1024, 24 * 1024 * 1024);

/// The budget. Clones share it.
#[derive(Clone)]
pub(crate) struct Bodies {
    small: Shares<Network>,
    large: Shares<Network>,
}

/// What one body has been charged; given back when dropped.
pub(crate) struct Charge {
    small: Share<Network>,
    large: Share<Network>,
    bytes: usize,
}

impl Default for Bodies {
    fn default() -> Self {
        Self::within(BUDGET.0, BUDGET.1)
    }
}

impl Bodies {
    /// A budget of `all` bytes, of which one network may have `each`, besides what is small.
    pub(crate) fn within(all: usize, each: usize) -> Self {
        Self { small: Shares::new(SMALL_BUDGET.0, SMALL_BUDGET.1), large: Shares::new(all, each) }
    }

    /// Begins to charge a body from `network`: nothing yet.
    pub(crate) fn charge(&self, network: Option<Network>) -> Result<Charge, Problem> {
        let take = |budget: &Shares<Network>| budget.take(network, 0).map_err(refusal);
        Ok(Charge { small: take(&self.small)?, large: take(&self.large)?, bytes: 0 })
    }
}

impl Charge {
    /// Where the body comes from.
    pub(crate) fn network(&self) -> Option<Network> {
        self.large.key()
    }

    /// For what is made of the body, and held beside it: nothing yet.
    pub(crate) fn beside(&self) -> Self {
        Self { small: self.small.beside(), large: self.large.beside(), bytes: 0 }
    }

    /// The body has grown by `bytes`.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let small = SMALL_BODY.saturating_sub(self.bytes).min(bytes);
        self.small.grow(small).map_err(refusal)?;
        self.large.grow(bytes - small).map_err(refusal)?;
        self.bytes += bytes;
        Ok(())
    }
}

fn refusal(full: Full) -> Problem {
    metrics::counter!("personal_settings_http_bodies_refused_total", "reason" => full.name()).increment(1);
    Problem::new(full.kind())
}
