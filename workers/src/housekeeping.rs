//! Housekeeping: records that have expired are deleted, and what was erased is pruned.
//!
//! Pruning: some time after a key was destroyed, the ciphertext that it sealed and that can no longer be read gives
//! way to its digest in every event. The event store knows how; which events are a person's, the history knows. Nothing
//! is pruned while the log or the history is behind. A key is marked once all its events were looked at; a crash before
//! has some of them looked at twice, which changes nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::AccountId;
use event_store::log::lag;
use event_store::postgres::lease;
use event_store::records::{
    authenticator_app, email_link, failed_try, idempotency, one_time_code, operator_session, pace,
    passkey_challenge, rate_limit, session,
};
use event_store::{EventStore, StoreError, log, proof};
use projections::{Views, history};

/// How long the log may be behind.
const LATEST: f64 = 60.0;
/// How long the history is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Deletes sessions, answers, leases, codes, links, authenticator apps that waited in vain, questions for passkeys and
/// counts that have expired, and prunes what was erased.
pub(crate) async fn sweep_expired(
    store: &EventStore,
    views: &Views,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let pool = store.pool();
    let sessions = session::sweep(pool, now).await?;
    let operator_sessions = operator_session::sweep(pool, now).await?;
    let answers = idempotency::sweep(pool).await?;
    let leases = lease::sweep(pool).await?;
    let (codes, links) = (one_time_code::sweep(pool, now).await?, email_link::sweep(pool, now).await?);
    let apps = authenticator_app::sweep(pool, now).await?;
    let passkey_challenges = passkey_challenge::sweep(pool, now).await?;
    let throttles = rate_limit::sweep(pool).await? + pace::sweep(pool, now).await?;
    let failed_tries = failed_try::sweep(pool, now).await?;
    tracing::info!(
        sessions,
        operator_sessions,
        answers,
        leases,
        codes,
        links,
        apps,
        passkey_challenges,
        throttles,
        failed_tries,
        "expired records deleted"
    );
    match prune_erased(store, views).await {
        Ok(events) => tracing::info!(events, "what was erased was pruned"),
        // It can wait, and must not keep people from being woken.
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "pruning erased data failed; it is tried again");
        }
    }
    Ok(())
}

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
