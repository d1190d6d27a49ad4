//! Answers already given, by Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).
//!
//! The first request with a key takes the row and is carried out; repeats wait for its answer. The
//! key is stored only as a keyed hash, and the answer is sealed under a key that is derived from
//! the Idempotency-Key itself: an answer may hold a token, and only who sent the request may see it
//! again. A process that dies before it answered leaves a row that another may take over after
//! [`TAKEOVER`].

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use crate::error::StoreError;
use crate::seal::DataKey;
use crate::store::EventStore;

/// After so long without an answer, a request is taken to have died.
const TAKEOVER: Duration = Duration::from_secs(60);
/// How long an answer is kept.
pub const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a key and a body lead to.
pub enum Claimed {
    /// Carry the request out, then [`Ticket::answered`].
    First(Ticket),
    /// Give this answer again.
    Answered(Vec<u8>),
    /// Another request with the key is being carried out.
    Pending,
    /// The key was used with another body.
    OtherBody,
}

/// The right, and duty, to answer for a key.
pub struct Ticket {
    row: Row,
    /// When the row was taken: another may take it over, and is not to be disturbed.
    started_at: DateTime<Utc>,
}

/// The row of a key.
struct Row {
    pool: PgPool,
    key_hash: Vec<u8>,
    seal: DataKey,
}

/// Asks for `key`, which means something only to `caller`.
///
/// # Errors
/// When the store fails.
pub async fn claim(store: &EventStore, caller: &str, key: &str, body: &[u8]) -> Result<Claimed, StoreError> {
    let hasher = store.hasher("idempotency").await?;
    let joined = [caller, key].join("\u{0}");
    let key_hash = hasher.hash(&format!("name\u{0}{joined}"));
    // Keyed as well: a body may hold a password, and a plain hash of it could be tried out.
    let body_hash = hasher.hash_bytes(&[b"body\0", joined.as_bytes(), b"\0", body].concat());
    let seal = DataKey::derived(&hasher.hash(&format!("seal\u{0}{joined}")))?;
    let row = Row { pool: store.pool().clone(), key_hash, seal };
    let taken = sqlx::query_scalar(
        "INSERT INTO idempotency (key_hash, body_hash) VALUES ($1, $2)
         ON CONFLICT (key_hash) DO UPDATE SET started_at = clock_timestamp()
         WHERE idempotency.answer IS NULL AND idempotency.body_hash = excluded.body_hash
           AND idempotency.started_at < clock_timestamp() - $3
         RETURNING started_at",
    )
    .bind(&row.key_hash)
    .bind(&body_hash)
    .bind(TAKEOVER)
    .fetch_optional(store.pool())
    .await?;
    match taken {
        Some(started_at) => Ok(Claimed::First(Ticket { row, started_at })),
        None => row.found(&body_hash).await,
    }
}

impl Row {
    async fn found(self, body_hash: &[u8]) -> Result<Claimed, StoreError> {
        let row = sqlx::query("SELECT body_hash, answer FROM idempotency WHERE key_hash = $1")
            .bind(&self.key_hash)
            .fetch_optional(&self.pool)
            .await?;
        // Deleted in between: the first request was given up, the caller may try again.
        let Some(row) = row else { return Ok(Claimed::Pending) };
        if row.try_get::<&[u8], _>("body_hash")? != body_hash {
            return Ok(Claimed::OtherBody);
        }
        match row.try_get::<Option<Vec<u8>>, _>("answer")? {
            Some(sealed) => Ok(Claimed::Answered(self.seal.open(&sealed, &self.key_hash)?.to_vec())),
            None => Ok(Claimed::Pending),
        }
    }
}

impl Ticket {
    /// Keeps the answer for repeats, unless somebody else has taken the request over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn answered(&self, answer: &[u8]) -> Result<(), StoreError> {
        let Row { pool, key_hash, seal } = &self.row;
        sqlx::query("UPDATE idempotency SET answer = $3 WHERE key_hash = $1 AND started_at = $2")
            .bind(key_hash)
            .bind(self.started_at)
            .bind(seal.seal(answer, key_hash)?)
            .execute(pool)
            .await?;
        Ok(())
    }

    /// Nothing was done and the same request may be sent again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn give_up(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM idempotency WHERE key_hash = $1 AND started_at = $2 AND answer IS NULL")
            .bind(&self.row.key_hash)
            .bind(self.started_at)
            .execute(&self.row.pool)
            .await?;
        Ok(())
    }
}

impl DataKey {
    fn derived(bytes: &[u8]) -> Result<Self, StoreError> {
        Ok(Self::from_bytes(Uuid::nil(), bytes)?)
    }
}

/// Deletes answers older than [`LIFE`]. Returns how many.
///
/// # Errors
/// When the store fails.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM idempotency WHERE key_hash = ANY (ARRAY(
         SELECT key_hash FROM idempotency WHERE started_at < clock_timestamp() - $1 LIMIT $2
         FOR UPDATE SKIP LOCKED))";
    super::sweep(|limit| sqlx::query(SWEEP).bind(LIFE).bind(limit).execute(pool)).await
}
