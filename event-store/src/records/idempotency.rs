//! Answers already given, by Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).
//!
//! The first request with a key takes the row and is carried out; repeats wait for its answer. The
//! key is stored only as a keyed hash, and the answer is sealed under a key that is derived from
//! the Idempotency-Key itself: only the sender of the request may see it again. It belongs to a session, and is gone
//! with it, to an operator, or to a link that was mailed. Of each the newest are kept ([`Caller::max_rows`]).
//!
//! A process that dies before it answered leaves a row. Where it had stored nothing, another may take the request over
//! after [`TAKEOVER`]. What a request stores it stores with an [`ExecutionMark`], in the same transaction: where it had stored
//! something nothing is done again, and a caller that repeats it is told that the answer is lost.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{AccountId, OperatorId, SessionId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::RecordError;
use super::Records;
use crate::encryption::DataKey;
use crate::error::StoreError;
use crate::failpoint;

/// After so long without an answer, a request is taken to have died.
const TAKEOVER: Duration = Duration::from_secs(60);
/// How long an answer is kept.
pub const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Whose a key is.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A session's: in another of the account the same key is another key.
    Session {
        /// The account.
        account: AccountId,
        /// The session.
        session: SessionId,
    },
    /// An operator's.
    Operator(OperatorId),
    /// That of a link that was mailed, by the hash of its token.
    Link(Vec<u8>),
}

impl Caller {
    /// Rows that are kept of one account, operator or link: when more come, the oldest go before their day is over.
    pub fn max_rows(&self) -> i64 {
        match self {
            Self::Session { .. } | Self::Operator(_) => 1_000,
            // It works once, and what is refused of it is mended in a few tries.
            Self::Link(_) => 5,
        }
    }

    fn owner(&self) -> String {
        match self {
            Self::Session { account, .. } => account.to_string(),
            Self::Operator(operator) => operator.to_string(),
            Self::Link(hash) => format!("link/{}", hex::encode(hash)),
        }
    }

    fn session(&self) -> Option<SessionId> {
        match self {
            Self::Session { session, .. } => Some(*session),
            Self::Operator(_) | Self::Link(_) => None,
        }
    }
}

/// Whether a key can be that of this link: it works, or what was done with it is still known.
pub async fn is_link(records: &Records, token_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM link WHERE token_hash = $1)
             OR EXISTS (SELECT FROM invitation WHERE token_hash = $1)
             OR EXISTS (SELECT FROM idempotency WHERE owner = $2)",
    )
    .bind(token_hash)
    .bind(Caller::Link(token_hash.to_vec()).owner())
    .fetch_one(&records.pool)
    .await?)
}

/// What a key and a body lead to.
pub enum Claim {
    /// Carry the request out, then [`ClaimGuard::answered`].
    First(ClaimGuard),
    /// Give this answer again.
    Answered(Vec<u8>),
    /// Another request with the key is being carried out.
    Pending,
    /// The request was carried out, and the process that did it died before there was an answer.
    Lost,
    /// The key was used with another body.
    OtherBody,
}

/// The right, and duty, to answer for a key.
pub struct ClaimGuard {
    row: Row,
    /// When the row was taken: another may take it over, and is not to be disturbed.
    started_at: DateTime<Utc>,
}

/// That a request is being carried out for a key: what its commands store they store with this, so that it is known
/// to be done even where no process lived to answer.
#[derive(Clone, Debug)]
pub struct ExecutionMark {
    key_hash: Vec<u8>,
    started_at: DateTime<Utc>,
}

/// The row of a key.
struct Row {
    pool: PgPool,
    key_hash: Vec<u8>,
    seal: DataKey,
}

/// Asks for `key`, which means something only to `caller`.
pub async fn claim(records: &Records, caller: &Caller, key: &str, body: &[u8]) -> Result<Claim, StoreError> {
    let hasher = records.keys.hasher("idempotency").await?;
    let scope = caller.session().map_or_else(|| caller.owner(), |session| session.to_string());
    let joined = [&scope, key].join("\u{0}");
    let key_hash = hasher.hash(&format!("name\u{0}{joined}"));
    // Keyed as well: a body may hold a password, and a plain hash of it could be tried out.
    let body_hash = hasher.hash_bytes(&[b"body\0", joined.as_bytes(), b"\0", body].concat());
    let seal = DataKey::derived(&hasher.hash(&format!("seal\u{0}{joined}")))?;
    let row = Row { pool: records.pool.clone(), key_hash, seal };
    let taken = sqlx::query_scalar(
        "WITH too_many AS (
             DELETE FROM idempotency WHERE key_hash = ANY (ARRAY(
                 SELECT key_hash FROM idempotency WHERE owner = $4 AND key_hash <> $1
                 ORDER BY started_at DESC OFFSET $6 LIMIT 100))
         )
         INSERT INTO idempotency (key_hash, body_hash, owner, session_id) VALUES ($1, $2, $4, $5)
         ON CONFLICT (key_hash) DO UPDATE SET started_at = clock_timestamp()
         WHERE idempotency.answer IS NULL AND NOT idempotency.carried_out
           AND idempotency.body_hash = excluded.body_hash
           AND idempotency.started_at < clock_timestamp() - $3
         RETURNING started_at",
    )
    .bind(&row.key_hash)
    .bind(&body_hash)
    .bind(TAKEOVER)
    .bind(caller.owner())
    .bind(caller.session().map(|session| session.uuid()))
    .bind(caller.max_rows() - 1)
    .fetch_optional(&records.pool)
    .await?;
    match taken {
        Some(started_at) => {
            failpoint::reach("answer: claimed", "a key");
            Ok(Claim::First(ClaimGuard { row, started_at }))
        }
        None => row.found(&body_hash).await,
    }
}

impl Row {
    async fn found(self, body_hash: &[u8]) -> Result<Claim, StoreError> {
        let found: Option<(Vec<u8>, Option<Vec<u8>>, bool)> = sqlx::query_as(
            "SELECT body_hash, answer, carried_out AND started_at < clock_timestamp() - $2 AS lost
             FROM idempotency WHERE key_hash = $1",
        )
        .bind(&self.key_hash)
        .bind(TAKEOVER)
        .fetch_optional(&self.pool)
        .await?;
        // Deleted in between: the first request was given up, the caller may try again.
        let Some((first_hash, answer, lost)) = found else { return Ok(Claim::Pending) };
        Ok(match answer {
            _ if first_hash != body_hash => Claim::OtherBody,
            Some(sealed) => Claim::Answered(self.seal.open(&sealed, &self.key_hash)?.to_vec()),
            None if lost => Claim::Lost,
            None => Claim::Pending,
        })
    }
}

impl ClaimGuard {
    /// What the commands of the request are to carry.
    pub fn mark(&self) -> ExecutionMark {
        ExecutionMark { key_hash: self.row.key_hash.clone(), started_at: self.started_at }
    }

    /// Keeps the answer for repeats, unless a repeat has taken the request over.
    pub async fn answered(&self, answer: &[u8]) -> Result<(), StoreError> {
        let Row { pool, key_hash, seal } = &self.row;
        sqlx::query("UPDATE idempotency SET answer = $3 WHERE key_hash = $1 AND started_at = $2")
            .bind(key_hash)
            .bind(self.started_at)
            .bind(seal.seal(answer, key_hash)?)
            .execute(pool)
            .await?;
        failpoint::reach("answer: kept", "for a key");
        Ok(())
    }

    /// The same request may be sent again, unless something was stored on its behalf.
    pub async fn give_up(&self) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM idempotency
             WHERE key_hash = $1 AND started_at = $2 AND answer IS NULL AND NOT carried_out",
        )
        .bind(&self.row.key_hash)
        .bind(self.started_at)
        .execute(&self.row.pool)
        .await?;
        Ok(())
    }
}

/// Notes that a request was carried out: no repeat may have taken it over meanwhile.
pub(super) async fn carried_out(db: &mut PgConnection, mark: &ExecutionMark) -> Result<(), RecordError> {
    let noted =
        sqlx::query("UPDATE idempotency SET carried_out = true WHERE key_hash = $1 AND started_at = $2")
            .bind(&mark.key_hash)
            .bind(mark.started_at)
            .execute(db)
            .await?;
    super::spent_unless(noted.rows_affected() == 1)
}

impl DataKey {
    fn derived(bytes: &[u8]) -> Result<Self, StoreError> {
        Ok(Self::from_bytes(Uuid::nil(), bytes)?)
    }
}

/// Deletes answers older than [`LIFE`]. Returns how many.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM idempotency WHERE key_hash = ANY (ARRAY(
         SELECT key_hash FROM idempotency WHERE started_at < clock_timestamp() - $1 LIMIT $2
         FOR UPDATE SKIP LOCKED))";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(LIFE).bind(limit).execute(pool)).await
}
