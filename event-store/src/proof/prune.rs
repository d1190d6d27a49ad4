//! Pruning: the ciphertext of an erased person gives way to its digest, and the leaf stays what it was.
//!
//! Destroying the keys is what erases; pruning only frees the space and leaves nothing for an attacker
//! who may break the cipher one day. The database itself refuses every other change: see the trigger in the
//! migration.
//!
//! Each event is a transaction of its own. A key is marked when all events it sealed were looked at; a crash
//! before that has them looked at again, and what is pruned stays so. An event is pruned when every key it
//! names is destroyed: one that holds something under two keys waits for the second.

use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool, Row};
use uuid::Uuid;

use super::error::ProofError;
use super::prove::EVENT;
use crate::error::StoreError;
use crate::log::row;
use log_proof::hash::Hash;

/// How long after its key was destroyed an event is pruned, at the earliest: by then it has its position, and
/// the read models know it.
const DELAY: Duration = Duration::from_secs(60 * 60);
/// Keys looked for in one go: all keys are read for it.
const KEYS: i64 = 10_000;
/// Events fetched in one go.
const EVENTS: usize = 100;

/// Prunes an event on behalf of a request, if something in it is sealed and not pruned yet. Returns whether
/// it was.
///
/// # Errors
/// When a key to it still lives, when its leaf was made before pruning existed and would not fit any more,
/// or when the store fails.
pub async fn prune(db: &mut PgConnection, event_id: Uuid, request: &str) -> Result<bool, ProofError> {
    let mut transaction = db.begin().await?;
    let statement = format!("{EVENT} WHERE l.event_id = $1");
    let row = sqlx::query(&statement).bind(event_id).fetch_optional(&mut *transaction).await?;
    let row = row.ok_or_else(|| ProofError::Absent("there is no such event in the log".to_owned()))?;
    let leaf = Hash::from_slice(row.try_get("leaf")?);
    if leaf != Some(row::stored_event(&row)?.leaf()) {
        return Err(ProofError::Absent(
            "the event was sequenced by a release that did not know pruning: its leaf needs the ciphertext"
                .to_owned(),
        ));
    }
    let pruned: bool = sqlx::query_scalar("SELECT event_prune($1, $2)")
        .bind(event_id)
        .bind(request)
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(pruned)
}

/// A destroyed key whose events were not pruned yet.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unpruned {
    /// The key.
    pub key_id: Uuid,
    /// Whose it was.
    pub subject: String,
    /// On whose behalf it was destroyed.
    pub request: String,
}

/// The keys that were destroyed an hour ago or longer and whose events were not pruned, some at once.
pub async fn unpruned(pool: &PgPool) -> Result<Vec<Unpruned>, StoreError> {
    let keys = sqlx::query_as(
        "SELECT key_id, subject, coalesce(destroyed_for, '') AS request FROM subject_key
         WHERE destroyed_at < clock_timestamp() - $1 AND (pruned_at IS NULL OR pruned_at < destroyed_at)
         ORDER BY destroyed_at LIMIT $2",
    );
    Ok(keys.bind(DELAY).bind(KEYS).fetch_all(pool).await?)
}

/// Prunes those of the events at `positions` whose keys are all destroyed, for `key`, and marks it. Returns how
/// many were pruned.
///
/// # Errors
/// When the store fails, or this role may not call `event_prune`.
pub async fn prune_for(pool: &PgPool, key: &Unpruned, positions: &[i64]) -> Result<u64, StoreError> {
    let mut pruned = 0;
    for page in positions.chunks(EVENTS) {
        pruned += prune_page(pool, page, &key.request).await?;
    }
    sqlx::query("UPDATE subject_key SET pruned_at = clock_timestamp() WHERE key_id = $1")
        .bind(key.key_id)
        .execute(pool)
        .await?;
    Ok(pruned)
}

async fn prune_page(pool: &PgPool, positions: &[i64], request: &str) -> Result<u64, StoreError> {
    let statement = format!(
        "{EVENT} WHERE l.position = ANY($1)
           AND event_is_erased(e.payload::text) AND event_is_erased(e.metadata::text)
           AND (e.payload::text, e.metadata::text)
               IS DISTINCT FROM (event_reduce(e.payload::text), event_reduce(e.metadata::text))"
    );
    let rows = sqlx::query(&statement).bind(positions).fetch_all(pool).await?;
    let mut pruned = 0;
    for row in &rows {
        let event = row::stored_event(row)?;
        // A leaf of before pruning existed needs the ciphertext.
        if Hash::from_slice(row.try_get("leaf")?) == Some(event.leaf()) {
            let prune = sqlx::query_scalar("SELECT event_prune($1, $2)").bind(event.event_id).bind(request);
            let done: bool = prune.fetch_one(pool).await?;
            pruned += u64::from(done);
        }
    }
    Ok(pruned)
}
