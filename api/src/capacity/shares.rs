//! A bound on all together, and a smaller one on each: one client never takes everything.
//!
//! Connections, places, streams and the bytes of bodies are counted this way. Nothing waits: what is too much is
//! refused at once. A share is given back when it is dropped.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::problem::Kind;

/// Shares of a bounded resource, by key. Clones share everything.
pub(crate) struct Shares<K: Eq + Hash + Copy>(Arc<Inner<K>>);

struct Inner<K> {
    all: usize,
    each: usize,
    held: Mutex<Held<K>>,
}

struct Held<K> {
    all: usize,
    each: HashMap<K, usize>,
}

/// Which bound is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The one on all together.
    All,
    /// The one on this one alone.
    Each,
}

impl Full {
    /// What it is called in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Each => "client",
        }
    }

    /// How a client is refused.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::All => Kind::Busy,
            Self::Each => Kind::TooMuchAtOnce,
        }
    }
}

/// What one has taken.
pub(crate) struct Share<K: Eq + Hash + Copy> {
    of: Shares<K>,
    key: Option<K>,
    amount: usize,
}

impl<K: Eq + Hash + Copy> Clone for Shares<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash + Copy> Shares<K> {
    /// At most `all` together, and at most `each` of one key.
    pub(crate) fn new(all: usize, each: usize) -> Self {
        let held = Mutex::new(Held { all: 0, each: HashMap::new() });
        Self(Arc::new(Inner { all, each, held }))
    }

    /// Takes `amount` for `key`. Without a key only the bound on all counts.
    pub(crate) fn take(&self, key: Option<K>, amount: usize) -> Result<Share<K>, Full> {
        let mut share = Share { of: self.clone(), key, amount: 0 };
        share.grow(amount)?;
        Ok(share)
    }

    /// How much is taken of all.
    pub(crate) fn taken(&self) -> usize {
        self.held().all
    }

    fn held(&self) -> MutexGuard<'_, Held<K>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Copy> Share<K> {
    /// Whose it is.
    pub(crate) fn key(&self) -> Option<K> {
        self.key
    }

    /// Another share of the same one, which has taken nothing yet.
    pub(crate) fn beside(&self) -> Self {
        Self { of: self.of.clone(), key: self.key, amount: 0 }
    }

    /// Takes `more` on top.
    pub(crate) fn grow(&mut self, more: usize) -> Result<(), Full> {
        let Inner { all, each, .. } = *self.of.0;
        let mut held = self.of.held();
        if held.all.saturating_add(more) > all {
            return Err(Full::All);
        }
        if let Some(key) = self.key {
            let own = held.each.get(&key).copied().unwrap_or_default();
            if own.saturating_add(more) > each {
                return Err(Full::Each);
            }
            held.each.insert(key, own + more);
        }
        held.all += more;
        drop(held);
        self.amount += more;
        Ok(())
    }
}

impl<K: Eq + Hash + Copy> Drop for Share<K> {
    fn drop(&mut self) {
        let mut held = self.of.held();
        held.all -= self.amount;
        let Some(key) = self.key else { return };
        if let Some(own) = held.each.get_mut(&key) {
            *own -= self.amount;
            if *own == 0 {
                held.each.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_takes_its_share_and_no_more() {
        let shares = Shares::new(5, 3);
        let mut ada = shares.take(Some("ada"), 2).unwrap();
        assert_eq!(ada.grow(2), Err(Full::Each));
        ada.grow(1).unwrap();
        let bob = shares.take(Some("bob"), 2).unwrap();
        assert_eq!(shares.take(Some("eve"), 1).err(), Some(Full::All));
        drop(ada);
        // The bound on each does not hold for a sharer of whom nothing is known.
        let unknown = shares.take(None, 3).unwrap();
        assert_eq!(shares.take(None, 1).err(), Some(Full::All));
        drop((bob, unknown));
        assert_eq!(shares.taken(), 0);
        assert!(shares.held().each.is_empty(), "nothing is kept of those who hold nothing");
    }

    #[test]
    fn a_refused_share_takes_nothing() {
        let shares = Shares::new(5, 3);
        assert_eq!(shares.take(Some(1), 4).err(), Some(Full::Each));
        assert_eq!(shares.take(Some(1), 6).err(), Some(Full::All));
        assert_eq!(shares.taken(), 0);
    }
}
