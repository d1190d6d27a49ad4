//! Usage that is read in vain: networks whose calls of `/track` keep being refused are not read for a while.
//!
//! A project's token is public, so this guards no secret; it spares reading ten megabytes for each answer of "no". So
//! what is counted is what was read in vain, in bytes. In this process alone, which costs no row.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use moka::sync::Cache;

use crate::network::Network;
use crate::problem::{Kind, Problem};

/// What is read in vain of one network in [`WHILE`], in bytes: six of the largest calls.
const MOST: usize = 64 * 1024 * 1024;
/// What a call counts as at least, in bytes: about three hundred small ones are refused before all are.
const LEAST: usize = 200 * 1024;
const WHILE: Duration = Duration::from_secs(60);

/// Bytes read in vain of each network. Clones share everything.
#[derive(Clone)]
pub(crate) struct RefusedUsage(Cache<Network, Arc<AtomicUsize>>);

impl Default for RefusedUsage {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(100_000).time_to_live(WHILE).build())
    }
}

impl RefusedUsage {
    /// 429 where too much of `network` was read in vain.
    pub(crate) fn refuse(&self, network: Option<Network>) -> Result<(), Problem> {
        let came = network.and_then(|network| self.0.get(&network));
        if came.is_none_or(|came| came.load(Ordering::Relaxed) < MOST) {
            return Ok(());
        }
        let seconds = WHILE.as_secs();
        let detail = format!("Too many calls that had to be refused: come back in {seconds} seconds.");
        Err(Problem::because(Kind::TooManyTries, detail).with_header(RETRY_AFTER, HeaderValue::from(seconds)))
    }

    /// A call of `network` was refused after `bytes` of it were read.
    pub(crate) fn note(&self, network: Option<Network>, bytes: usize) {
        self.note_read(network, bytes.max(LEAST));
    }

    /// So much was read in vain of a call of `network` that was no stranger's: part of it was taken in, or it asked for
    /// what is not kept.
    pub(crate) fn note_read(&self, network: Option<Network>, bytes: usize) {
        if let Some(network) = network {
            self.0.get_with(network, Arc::default).fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks() -> [Option<Network>; 2] {
        [1, 2].map(|n| Some(Network::of([203, 0, 113, n].into())))
    }

    fn is_refused(refused: &RefusedUsage, network: Option<Network>) -> bool {
        refused.refuse(network).is_err_and(|problem| problem.kind() == Kind::TooManyTries)
    }

    #[test]
    fn a_network_whose_calls_are_refused_without_end_is_not_read_any_more() {
        let (refused, [one, other]) = (RefusedUsage::default(), networks());
        for _ in 0..MOST / LEAST {
            assert!(!is_refused(&refused, one));
            refused.note(one, 100);
        }
        refused.note(one, 100);
        assert!(is_refused(&refused, one));
        assert!(!is_refused(&refused, other) && !is_refused(&refused, None));
    }

    #[test]
    fn what_is_left_out_of_a_good_call_counts_for_its_length_alone() {
        let (refused, [one, _]) = (RefusedUsage::default(), networks());
        for _ in 0..10_000 {
            refused.note_read(one, 1_000);
        }
        assert!(!is_refused(&refused, one));
        refused.note_read(one, MOST);
        assert!(is_refused(&refused, one));
    }

    #[test]
    fn large_calls_count_for_what_was_read_of_them() {
        let (refused, [one, _]) = (RefusedUsage::default(), networks());
        for _ in 0..7 {
            assert!(!is_refused(&refused, one));
            refused.note(one, 10 * 1024 * 1024);
        }
        assert!(is_refused(&refused, one));
    }
}
