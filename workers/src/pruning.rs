//! Pruning what was erased: some time after a key was destroyed, the ciphertext that nobody can read any more
//! gives way to its digest in every event it sealed.
//!
//! The event store knows how; which events are a person's, the history knows. Nothing is pruned while the log
//! or the history is behind. A key is marked when all its events were looked at, so a crash has some of them
//! looked at twice, which changes nothing.

use std::time::Duration;

use domain::AccountId;
use event_store::log::lag;
use event_store::{EventStore, StoreError, log, proof};
use projections::{Views, history};

/// How long the log may be behind.
const LATEST: f64 = 60.0;
/// How long the history is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Prunes what was erased an hour ago or longer. Returns how many events.
///
/// # Errors
/// When the store fails; what was pruned stays so.
pub async fn prune_erased(store: &EventStore, views: &Views) -> Result<u64, StoreError> {
    let (pool, mut pruned) = (store.pool(), 0);
    let newest = log::newest_position(pool).await?;
    if lag::lag(pool).await?.seconds > LATEST || !views.wait_for(history::NAME, newest, PATIENCE).await? {
        tracing::warn!("pruning postponed: the log or the history is behind");
        return Ok(0);
    }
    loop {
        let keys = proof::unpruned(pool).await?;
        if keys.is_empty() {
            return Ok(pruned);
        }
        for key in keys {
            // Keys of other subjects, such as archives, seal no event.
            let positions = match key.subject.parse::<AccountId>() {
                Ok(account) => views.history_positions(account).await?,
                Err(_) => Vec::new(),
            };
            pruned += proof::prune_for(pool, &key, &positions).await?;
        }
    }
}
