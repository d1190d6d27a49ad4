//! Look-ups that wait while one is on its way are answered together by the next, as commands are in a group commit.
//!
//! Nothing waits when nothing is on its way; under load a round trip to the database is shared by as many as came
//! meanwhile. Nothing is remembered: a caller gets what was stored when it had asked, in whatever process it was
//! stored. A batch is a task of its own, so a caller that goes away takes no other with it; one that takes long holds up
//! only the callers in it; when it fails as a whole, each of these asks by itself, and learns why.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::error::StoreError;

/// A batch that takes longer than this does not count any more: another may begin beside it.
const DETACH_AFTER: Duration = Duration::from_millis(50);
/// After this no answer is expected any more: it is given up.
const ABANDON_AFTER: Duration = Duration::from_secs(10);
/// Keys in one.
const MAX_BATCH: usize = 256;

/// Result of a batch; keys are distinct.
pub type BatchResult<K, V> = BoxFuture<'static, Result<HashMap<K, V>, StoreError>>;

/// See the module. Clones share everything.
pub struct BatchLoader<K, V> {
    inner: Arc<Inner<K, V>>,
}

struct Inner<K, V> {
    find: Box<dyn Fn(Vec<K>) -> BatchResult<K, V> + Send + Sync>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    waiting: Waiting<K, V>,
    /// Whether one is on its way. One is best where the server has few cores: the longer it takes, the more share the
    /// next.
    in_flight: bool,
}

impl<K, V> Clone for BatchLoader<K, V> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<K, V> BatchLoader<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    /// Look-ups by `find`, which is given keys and answers with what there is of them.
    pub fn new(find: impl Fn(Vec<K>) -> BatchResult<K, V> + Send + Sync + 'static) -> Self {
        let state = Mutex::new(State { waiting: Vec::new(), in_flight: false });
        Self { inner: Arc::new(Inner { find: Box::new(find), state }) }
    }

    /// What there is of `key` now.
    ///
    /// # Errors
    /// When the look-up fails.
    pub async fn get(&self, key: K) -> Result<Option<V>, StoreError> {
        let (tell, told) = oneshot::channel();
        self.inner.with(|state| state.waiting.push((key.clone(), tell)));
        self.inner.start_batch();
        match told.await {
            Ok(found) => Ok(found),
            // It failed as a whole.
            Err(_) => Ok(in_time((self.inner.find)(vec![key.clone()])).await?.remove(&key)),
        }
    }
}

impl<K, V> Inner<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    /// Starts a batch if callers wait and none is on its way.
    fn start_batch(self: &Arc<Self>) {
        let begins =
            self.with(|state| !state.waiting.is_empty() && !std::mem::replace(&mut state.in_flight, true));
        if begins {
            tokio::spawn(Arc::clone(self).run());
        }
    }

    async fn run(self: Arc<Self>) {
        let mut slot = InFlightSlot { inner: &self, is_taken: true };
        loop {
            // Callers that are about to ask join as well.
            tokio::task::yield_now().await;
            let Some(waiting) = slot.next_batch() else { return };
            let keys: HashSet<K> = waiting.iter().map(|(key, _)| key.clone()).collect();
            let mut finding = std::pin::pin!(in_time((self.find)(keys.into_iter().collect())));
            let found = match timeout(DETACH_AFTER, &mut finding).await {
                Ok(found) => found,
                Err(_) => {
                    slot.release();
                    self.start_batch();
                    finding.await
                }
            };
            // Those who wait are told of a failure by their channel being dropped.
            let Ok(found) = found else { continue };
            for (key, tell) in waiting {
                let _ = tell.send(found.get(&key).cloned());
            }
        }
    }
}

async fn in_time<K, V>(finding: BatchResult<K, V>) -> Result<HashMap<K, V>, StoreError> {
    match timeout(ABANDON_AFTER, finding).await {
        Ok(found) => found,
        Err(silent) => Err(sqlx::Error::Io(silent.into()).into()),
    }
}

impl<K, V> Inner<K, V> {
    fn with<T>(&self, change: impl FnOnce(&mut State<K, V>) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

type Waiting<K, V> = Vec<(K, oneshot::Sender<Option<V>>)>;

/// The place of the batch that counts, given up when it ends, also by a panic.
struct InFlightSlot<'a, K, V> {
    inner: &'a Inner<K, V>,
    is_taken: bool,
}

impl<K, V> InFlightSlot<'_, K, V> {
    /// The callers that wait. Without any, or without a place, the batch ends in the same instant, so that the caller that comes
    /// next starts one.
    fn next_batch(&mut self) -> Option<Waiting<K, V>> {
        self.inner.with(|state| {
            let many = if self.is_taken { state.waiting.len().min(MAX_BATCH) } else { 0 };
            if many == 0 && std::mem::take(&mut self.is_taken) {
                state.in_flight = false;
            }
            (many > 0).then(|| state.waiting.drain(..many).collect())
        })
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.is_taken) {
            self.inner.with(|state| state.in_flight = false);
        }
    }
}

impl<K, V> Drop for InFlightSlot<'_, K, V> {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt;
    use futures::future::join_all;

    fn doubled(asked: Arc<AtomicUsize>) -> BatchLoader<u64, u64> {
        BatchLoader::new(move |keys: Vec<u64>| {
            asked.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::task::yield_now().await;
                // Of odd numbers there is nothing; a look-up of too large ones fails as a whole.
                if keys.iter().any(|key| *key > 1_000) {
                    return Err(StoreError::Unreadable("too large".to_owned()));
                }
                Ok(keys.into_iter().filter(|key| key % 2 == 0).map(|key| (key, key * 2)).collect())
            }
            .boxed()
        })
    }

    #[tokio::test]
    async fn many_share_a_few_look_ups_and_each_gets_its_own() {
        let asked = Arc::new(AtomicUsize::new(0));
        let loader = doubled(asked.clone());
        let found = join_all((0..1_000).map(|key| loader.get(key))).await;
        for (key, found) in found.into_iter().enumerate() {
            let key = key as u64;
            assert_eq!(found.unwrap(), key.is_multiple_of(2).then_some(key * 2));
        }
        assert!(asked.load(Ordering::Relaxed) < 20, "{asked:?}");
        // And it begins again.
        assert_eq!(loader.get(4).await.unwrap(), Some(8));
    }

    #[tokio::test]
    async fn a_failure_costs_only_those_whose_own_look_up_fails() {
        let loader = doubled(Arc::default());
        let found = join_all([2, 2_000, 4].map(|key| loader.get(key))).await;
        assert!(found[1].is_err());
        assert_eq!(found[0].as_ref().unwrap(), &Some(4));
        assert_eq!(found[2].as_ref().unwrap(), &Some(8));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_up_that_hangs_holds_up_nobody_else() {
        let loader = BatchLoader::<u64, u64>::new(|keys| {
            async move {
                if keys.contains(&1) {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
                if keys.contains(&3) {
                    std::future::pending::<()>().await;
                }
                Ok(keys.into_iter().map(|key| (key, key * 2)).collect())
            }
            .boxed()
        });
        let hangs = tokio::spawn({
            let loader = loader.clone();
            async move { loader.get(1).await }
        });
        // It is on its way.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let began = tokio::time::Instant::now();
        assert_eq!(loader.get(4).await.unwrap(), Some(8));
        assert!(began.elapsed() < Duration::from_secs(1));
        assert_eq!(hangs.await.unwrap().unwrap(), Some(2));
        assert!(loader.get(3).await.unwrap_err().is_unavailable(), "it is given up");
    }

    #[tokio::test]
    async fn whoever_goes_away_takes_nobody_with_them() {
        let loader = doubled(Arc::default());
        let gone = tokio::spawn({
            let loader = loader.clone();
            async move { loader.get(2).await }
        });
        gone.abort();
        assert_eq!(loader.get(4).await.unwrap(), Some(8));
        let _ = gone.await;
        assert_eq!(loader.get(6).await.unwrap(), Some(12));
    }
}
