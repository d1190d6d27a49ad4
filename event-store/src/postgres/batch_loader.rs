//! Look-ups of many callers at once, in [batches](super::batch_runner).
//!
//! Nothing is remembered: a caller gets what was stored when it had asked, in whatever process it was stored. When a batch
//! fails as a whole, each of its callers asks by itself, and learns why.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::batch_runner::{BatchRunner, BatchWork};
use crate::error::StoreError;

/// After this no answer is expected any more: it is given up.
const ABANDON_AFTER: Duration = Duration::from_secs(10);
/// Keys in one batch.
const MAX_BATCH: usize = 256;

/// Result of a batch; keys are distinct.
pub type BatchResult<K, V> = BoxFuture<'static, Result<HashMap<K, V>, StoreError>>;

/// See the module. Clones share everything.
pub struct BatchLoader<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    runner: Arc<BatchRunner<Lookup<K, V>>>,
}

struct Lookup<K, V> {
    find: Box<dyn Fn(Vec<K>) -> BatchResult<K, V> + Send + Sync>,
}

/// Callers, each with its key.
type Waiting<K, V> = Vec<(K, oneshot::Sender<Option<V>>)>;

impl<K, V> Clone for BatchLoader<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    fn clone(&self) -> Self {
        Self { runner: Arc::clone(&self.runner) }
    }
}

impl<K, V> BatchLoader<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    /// Look-ups by `find`, which is given keys and answers with what there is of them.
    pub fn new(find: impl Fn(Vec<K>) -> BatchResult<K, V> + Send + Sync + 'static) -> Self {
        Self { runner: BatchRunner::new(Lookup { find: Box::new(find) }) }
    }

    /// What there is of `key` now.
    ///
    /// # Errors
    /// When the look-up fails.
    pub async fn get(&self, key: K) -> Result<Option<V>, StoreError> {
        let (tell, told) = oneshot::channel();
        self.runner.submit(|waiting| waiting.push((key.clone(), tell)));
        match told.await {
            Ok(found) => Ok(found),
            // It failed as a whole.
            Err(_) => Ok(self.runner.work().find(vec![key.clone()]).await?.remove(&key)),
        }
    }
}

impl<K, V> Lookup<K, V> {
    async fn find(&self, keys: Vec<K>) -> Result<HashMap<K, V>, StoreError> {
        match timeout(ABANDON_AFTER, (self.find)(keys)).await {
            Ok(found) => found,
            Err(silent) => Err(sqlx::Error::Io(silent.into()).into()),
        }
    }
}

impl<K, V> BatchWork for Lookup<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    type Queue = Waiting<K, V>;
    type Batch = Waiting<K, V>;
    type Carry = ();
    const DETACH_AFTER: Duration = Duration::from_millis(50);

    fn next_batch(&self, waiting: &mut Waiting<K, V>) -> Option<Waiting<K, V>> {
        let many = waiting.len().min(MAX_BATCH);
        (many > 0).then(|| waiting.drain(..many).collect())
    }

    async fn run(&self, waiting: Waiting<K, V>, (): ()) {
        let keys: HashSet<K> = waiting.iter().map(|(key, _)| key.clone()).collect();
        // Those who wait are told of a failure by their channel being dropped.
        let Ok(found) = self.find(keys.into_iter().collect()).await else { return };
        for (key, tell) in waiting {
            let _ = tell.send(found.get(&key).cloned());
        }
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
