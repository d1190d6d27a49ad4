//! Queues of one process, by key: the caller that has the turn, and those that wait, in order of arrival.
//!
//! What ends an intrusion goes before all else that waits. A queue is bounded; a caller that goes away while it waits
//! is passed over, and a turn that is dropped, however that comes about, goes to the next.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// Callers that wait for one key, of each precedence.
const MAX_WAITING: usize = 256;
/// How long a caller waits for its turn.
const WAIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Which commands go first where several wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// In the order of their coming.
    #[default]
    Ordinary,
    /// Before all others: the command ends what an intruder could go on with.
    EndsIntrusion,
}

/// See the module. Clones share everything.
pub(crate) struct Queues<K: Eq + Hash + Clone>(Arc<Mutex<HashMap<K, Waiting<K>>>>);

/// The callers that wait for a key whose turn is taken.
struct Waiting<K: Eq + Hash + Clone> {
    urgent: VecDeque<oneshot::Sender<Turn<K>>>,
    ordinary: VecDeque<oneshot::Sender<Turn<K>>>,
}

/// The turn of a key: until it is dropped.
pub(crate) struct Turn<K: Eq + Hash + Clone> {
    queues: Queues<K>,
    /// None once it was given to the next.
    key: Option<K>,
}

enum Entered<K: Eq + Hash + Clone> {
    AtOnce(Turn<K>),
    Waits(oneshot::Receiver<Turn<K>>),
    Full,
}

impl<K: Eq + Hash + Clone> Clone for Queues<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash + Clone> Default for Queues<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash + Clone> Queues<K> {
    /// Waits for the turn of `key`. None where too many wait already, or it does not come in time.
    pub(crate) async fn take(&self, key: K, precedence: Precedence) -> Option<Turn<K>> {
        match self.enter(key, precedence) {
            Entered::AtOnce(turn) => Some(turn),
            Entered::Waits(told) => timeout(WAIT_TIMEOUT, told).await.ok()?.ok(),
            Entered::Full => None,
        }
    }

    fn enter(&self, key: K, precedence: Precedence) -> Entered<K> {
        let mut queues = self.lock();
        let Some(waiting) = queues.get_mut(&key) else {
            queues.insert(key.clone(), Waiting { urgent: VecDeque::new(), ordinary: VecDeque::new() });
            return Entered::AtOnce(Turn { queues: self.clone(), key: Some(key) });
        };
        let queue = match precedence {
            Precedence::Ordinary => &mut waiting.ordinary,
            Precedence::EndsIntrusion => &mut waiting.urgent,
        };
        if queue.len() >= MAX_WAITING {
            queue.retain(|tell| !tell.is_closed());
        }
        if queue.len() >= MAX_WAITING {
            return Entered::Full;
        }
        let (tell, told) = oneshot::channel();
        queue.push_back(tell);
        Entered::Waits(told)
    }

    /// The next caller that waits for `key`; where there is none, the key is free.
    fn next(&self, key: &K) -> Option<oneshot::Sender<Turn<K>>> {
        let mut queues = self.lock();
        let waiting = queues.get_mut(key)?;
        let next = waiting.urgent.pop_front().or_else(|| waiting.ordinary.pop_front());
        if next.is_none() {
            queues.remove(key);
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Waiting<K>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Drop for Turn<K> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        while let Some(next) = self.queues.next(&key) {
            let turn = Self { queues: self.queues.clone(), key: Some(key.clone()) };
            match next.send(turn) {
                Ok(()) => return,
                // It has gone away: the turn comes back, and is for the one after.
                Err(mut back) => back.key = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use futures::future::join_all;

    type Numbers = Queues<u8>;

    async fn now(turn: impl Future<Output = Option<Turn<u8>>>) -> Turn<u8> {
        turn.now_or_never().flatten().unwrap()
    }

    #[tokio::test]
    async fn turns_come_in_order_and_what_ends_an_intrusion_comes_first() {
        let queues = Numbers::default();
        let first = now(queues.take(1, Precedence::Ordinary)).await;
        // Another key is another queue.
        now(queues.take(2, Precedence::Ordinary)).await;
        let order = Mutex::new(Vec::new());
        let wait = |name: &'static str, precedence| {
            let (queues, order) = (&queues, &order);
            async move {
                let _turn = queues.take(1, precedence).await.unwrap();
                order.lock().unwrap().push(name);
            }
        };
        let mut waiting = Box::pin(join_all([
            wait("rename", Precedence::Ordinary),
            wait("another rename", Precedence::Ordinary),
            wait("reset", Precedence::EndsIntrusion),
            wait("undo", Precedence::EndsIntrusion),
        ]));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(first);
        waiting.await;
        assert_eq!(*order.lock().unwrap(), ["reset", "undo", "rename", "another rename"]);
        now(queues.take(1, Precedence::Ordinary)).await;
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_is_passed_over() {
        let queues = Numbers::default();
        let first = now(queues.take(1, Precedence::Ordinary)).await;
        let mut gone = Box::pin(queues.take(1, Precedence::Ordinary));
        let mut told_and_gone = Box::pin(queues.take(1, Precedence::Ordinary));
        let mut stays = Box::pin(queues.take(1, Precedence::Ordinary));
        for waiting in [&mut gone, &mut told_and_gone, &mut stays] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(gone);
        drop(first);
        // Its turn has come, and it goes before it has seen it.
        drop(told_and_gone);
        now(stays).await;
    }

    #[tokio::test]
    async fn a_queue_is_bounded_and_leaves_room_for_what_ends_an_intrusion() {
        let queues = Numbers::default();
        let _first = now(queues.take(1, Precedence::Ordinary)).await;
        let mut waiting: Vec<_> =
            (0..MAX_WAITING).map(|_| Box::pin(queues.take(1, Precedence::Ordinary))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert!(queues.take(1, Precedence::Ordinary).now_or_never().unwrap().is_none());
        assert!(queues.take(1, Precedence::EndsIntrusion).now_or_never().is_none());
        waiting.pop();
        assert!(queues.take(1, Precedence::Ordinary).now_or_never().is_none(), "one has gone away");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let queues = Numbers::default();
        let _first = now(queues.take(1, Precedence::Ordinary)).await;
        assert!(queues.take(1, Precedence::EndsIntrusion).await.is_none());
    }
}
