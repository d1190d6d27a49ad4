//! Rotating the master key: every data key is wrapped anew under another master key.
//!
//! The data keys stay what they are, and so do hashes, envelopes and whatever else rests on them. Each
//! batch is one statement, so a rotation can be killed at any moment and begun again: what is done is
//! not looked at any more. A row is changed only if it still holds what was read, so a key that was
//! destroyed meanwhile stays destroyed. Rows that an append holds are left for the next pass, so that
//! neither waits for the other and no two can wait in a circle.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::Row;
use uuid::Uuid;

use super::key_ring::KeyRing;
use super::key_table::read_wrapped;
use super::master::WrappedKey;
use crate::error::SealError;
use crate::error::StoreError;
use crate::postgres::backoff::Delays;

/// Data keys wrapped anew in one statement.
const BATCH: i64 = 500;

/// What a batch came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// Data keys wrapped anew.
    pub keys: u64,
    /// Whether no data key is left under another master key.
    pub finished: bool,
}

/// A rotation under way; see the module.
pub struct Rotation<'a> {
    keys: &'a KeyRing,
    target: String,
    after: Uuid,
    /// Whether this pass left out data keys that an append held.
    skipped: bool,
    delays: Delays,
}

impl KeyRing {
    /// A rotation to master key `target`, which must be the one that wraps.
    pub fn rotation(&self, target: &str) -> Rotation<'_> {
        let delays = Delays::new(Duration::from_millis(5), Duration::from_millis(500));
        Rotation { keys: self, target: target.to_owned(), after: Uuid::nil(), skipped: false, delays }
    }

    /// How many data keys live under each master key.
    pub async fn count_by_master(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows = sqlx::query(
            "SELECT master_id, count(*) AS keys FROM subject_key WHERE wrapped IS NOT NULL GROUP BY master_id",
        )
        .fetch_all(self.pool())
        .await?;
        let read = |row: &sqlx::postgres::PgRow| {
            Ok((row.try_get("master_id")?, row.try_get::<i64, _>("keys")?.cast_unsigned()))
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }
}

impl Rotation<'_> {
    /// Wraps the next data keys anew.
    ///
    /// # Errors
    /// When the store or the key provider fails, or another master key has come to wrap meanwhile.
    pub async fn next_batch(&mut self) -> Result<Rewrapped, StoreError> {
        let rows = sqlx::query(
            "SELECT key_id, wrapped, master_id FROM subject_key
             WHERE wrapped IS NOT NULL AND master_id <> $1 AND key_id > $2 ORDER BY key_id LIMIT $3",
        )
        .bind(&self.target)
        .bind(self.after)
        .bind(BATCH)
        .fetch_all(self.keys.pool())
        .await?;
        let old: Vec<WrappedKey> = rows.iter().map(read_wrapped).collect();
        let Some(last) = old.last() else { return Ok(self.pass_ended().await) };
        self.after = last.id;
        let new = self.keys.provider().rewrap(&old).await?;
        if let Some(other) = new.iter().find(|key| key.master_id != self.target) {
            return Err(SealError::Master(format!(
                "master key {} wraps now, not {}: run the rotation again",
                other.master_id, self.target
            ))
            .into());
        }
        let keys = self.replace(&old, &new).await?;
        self.skipped |= keys < old.len() as u64;
        Ok(Rewrapped { keys, finished: false })
    }

    /// Begins another pass where this one had to leave rows out, a moment later.
    async fn pass_ended(&mut self) -> Rewrapped {
        let finished = !std::mem::take(&mut self.skipped);
        self.after = Uuid::nil();
        if !finished {
            self.delays.wait().await;
        }
        Rewrapped { keys: 0, finished }
    }

    async fn replace(&self, old: &[WrappedKey], new: &[WrappedKey]) -> Result<u64, StoreError> {
        let replaced = sqlx::query(
            "WITH held AS MATERIALIZED (
                 SELECT k.key_id, n.new
                 FROM subject_key k
                 JOIN unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (key_id, old, new) USING (key_id)
                 WHERE k.wrapped = n.old
                 FOR NO KEY UPDATE OF k SKIP LOCKED
             )
             UPDATE subject_key SET wrapped = held.new, master_id = $4
             FROM held WHERE subject_key.key_id = held.key_id",
        )
        .bind(old.iter().map(|key| key.id).collect::<Vec<_>>())
        .bind(old.iter().map(|key| key.bytes.as_slice()).collect::<Vec<_>>())
        .bind(new.iter().map(|key| key.bytes.as_slice()).collect::<Vec<_>>())
        .bind(&self.target)
        .execute(self.keys.pool())
        .await?;
        Ok(replaced.rows_affected())
    }
}
