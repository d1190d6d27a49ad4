//! Look-ups that wait while one is on its way travel together in the next, as commands do in cohorts.
//!
//! Nothing waits when nothing is on its way; under load a round trip to the database is shared by as many as came
//! meanwhile. Nothing is remembered: whoever asks gets what was stored when they had asked, in whatever process it was
//! stored. A flight is a task of its own, so a caller that goes away takes nobody with it; when it fails as a whole,
//! each of those who waited asks alone, and learns why.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::error::StoreError;

/// Look-ups on their way at once.
const FLIGHTS: usize = 2;
/// Keys in one.
const MOST: usize = 256;

/// What is found for many keys at once.
pub type Found<K, V> = BoxFuture<'static, Result<HashMap<K, V>, StoreError>>;

/// See the module. Clones share everything.
pub struct Gather<K, V> {
    inner: Arc<Inner<K, V>>,
}

struct Inner<K, V> {
    find: Box<dyn Fn(Vec<K>) -> Found<K, V> + Send + Sync>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    waiting: Waiting<K, V>,
    flights: usize,
}

impl<K, V> Clone for Gather<K, V> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<K, V> Gather<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    /// Look-ups by `find`, which is given keys and answers with what there is of them.
    pub fn new(find: impl Fn(Vec<K>) -> Found<K, V> + Send + Sync + 'static) -> Self {
        let state = Mutex::new(State { waiting: Vec::new(), flights: 0 });
        Self { inner: Arc::new(Inner { find: Box::new(find), state }) }
    }

    /// What there is of `key` now.
    ///
    /// # Errors
    /// When the look-up fails.
    pub async fn get(&self, key: K) -> Result<Option<V>, StoreError> {
        let (tell, told) = oneshot::channel();
        let begins = self.inner.with(|state| {
            state.waiting.push((key.clone(), tell));
            let free = state.flights < FLIGHTS;
            state.flights += usize::from(free);
            free
        });
        if begins {
            tokio::spawn(Arc::clone(&self.inner).fly());
        }
        match told.await {
            Ok(found) => Ok(found),
            // It failed as a whole.
            Err(_) => Ok((self.inner.find)(vec![key.clone()]).await?.remove(&key)),
        }
    }
}

impl<K, V> Inner<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    async fn fly(self: Arc<Self>) {
        let mut place = Place { inner: &self, is_taken: true };
        while let Some(waiting) = place.board() {
            let keys = waiting.iter().map(|(key, _)| key.clone()).collect();
            // Those who wait are told of a failure by their channel being dropped.
            let Ok(found) = (self.find)(keys).await else { continue };
            for (key, tell) in waiting {
                let _ = tell.send(found.get(&key).cloned());
            }
        }
    }
}

impl<K, V> Inner<K, V> {
    fn with<T>(&self, change: impl FnOnce(&mut State<K, V>) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

type Waiting<K, V> = Vec<(K, oneshot::Sender<Option<V>>)>;

/// A flight's place, given up when it ends, also by a panic.
struct Place<'a, K, V> {
    inner: &'a Inner<K, V>,
    is_taken: bool,
}

impl<K, V> Place<'_, K, V> {
    /// Those who wait. Where nobody does, the flight ends in the same instant, so that whoever comes next begins one.
    fn board(&mut self) -> Option<Waiting<K, V>> {
        self.inner.with(|state| {
            let many = state.waiting.len().min(MOST);
            if many == 0 && std::mem::take(&mut self.is_taken) {
                state.flights -= 1;
            }
            (many > 0).then(|| state.waiting.drain(..many).collect())
        })
    }
}

impl<K, V> Drop for Place<'_, K, V> {
    fn drop(&mut self) {
        if std::mem::take(&mut self.is_taken) {
            self.inner.with(|state| state.flights -= 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt;
    use futures::future::join_all;

    fn doubled(asked: Arc<AtomicUsize>) -> Gather<u64, u64> {
        Gather::new(move |keys: Vec<u64>| {
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
        let gather = doubled(asked.clone());
        let found = join_all((0..1_000).map(|key| gather.get(key))).await;
        for (key, found) in found.into_iter().enumerate() {
            let key = key as u64;
            assert_eq!(found.unwrap(), key.is_multiple_of(2).then_some(key * 2));
        }
        assert!(asked.load(Ordering::Relaxed) < 20, "{asked:?}");
        // And it begins again.
        assert_eq!(gather.get(4).await.unwrap(), Some(8));
    }

    #[tokio::test]
    async fn a_failure_costs_only_those_whose_own_look_up_fails() {
        let gather = doubled(Arc::default());
        let found = join_all([2, 2_000, 4].map(|key| gather.get(key))).await;
        assert!(found[1].is_err());
        assert_eq!(found[0].as_ref().unwrap(), &Some(4));
        assert_eq!(found[2].as_ref().unwrap(), &Some(8));
    }

    #[tokio::test]
    async fn whoever_goes_away_takes_nobody_with_them() {
        let gather = doubled(Arc::default());
        let gone = tokio::spawn({
            let gather = gather.clone();
            async move { gather.get(2).await }
        });
        gone.abort();
        assert_eq!(gather.get(4).await.unwrap(), Some(8));
        let _ = gone.await;
        assert_eq!(gather.get(6).await.unwrap(), Some(12));
    }
}
