//! Sessions of operators at the privacy desk. A session rests on the operator's token: once that is revoked or has expired
//! the session opens nothing, in every process at once. Both are kept only as hashes.

use chrono::{DateTime, Duration, Utc};
use domain::OperatorId;
use sqlx::{PgConnection, PgPool, Row};

use super::RecordError;
use super::operator_token::{COLUMNS, OperatorToken};
use crate::error::StoreError;

/// A session that is not used for so long ends.
pub const IDLE_LIFE: Duration = Duration::minutes(30);
/// A session ends after so long, however much it is used.
pub const LONGEST_LIFE: Duration = Duration::hours(8);
/// `seen_at` is written at most this often.
const SEEN_EVERY: Duration = Duration::minutes(1);

/// A session to begin.
#[derive(Clone)]
pub struct NewOperatorSession {
    /// The hash of the session's token.
    pub session_hash: Vec<u8>,
    /// The hash of the operator's token, on which it rests.
    pub token_hash: Vec<u8>,
    /// Whose.
    pub operator: OperatorId,
    /// When it begins.
    pub at: DateTime<Utc>,
}

/// Begins it, if the operator's token holds.
pub(super) async fn open(db: &mut PgConnection, new: &NewOperatorSession) -> Result<(), RecordError> {
    let opened = sqlx::query(
        "INSERT INTO operator_session (session_hash, token_hash, operator_id, created_at, seen_at)
         SELECT $1, token_hash, operator_id, $4, $4 FROM operator_token
         WHERE token_hash = $2 AND operator_id = $3 AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > $4)",
    )
    .bind(&new.session_hash)
    .bind(&new.token_hash)
    .bind(new.operator.to_string())
    .bind(new.at)
    .execute(db)
    .await?;
    super::spent_unless(opened.rows_affected() == 1)
}

pub(super) async fn end(db: &mut PgConnection, session_hash: &[u8]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM operator_session WHERE session_hash = $1")
        .bind(session_hash)
        .execute(db)
        .await?;
    Ok(())
}

/// The operator's token on which the session of this hash rests, if both hold at `now`. Using the session keeps it from
/// idling out, and is a use of the token.
pub async fn authenticate(
    pool: &PgPool,
    session_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<OperatorToken>, StoreError> {
    let columns = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect::<Vec<_>>().join(", ");
    let row = sqlx::query(&format!(
        "SELECT {columns}, t.token_hash, s.seen_at
         FROM operator_session s JOIN operator_token t USING (token_hash)
         WHERE s.session_hash = $1 AND s.seen_at > $3 AND s.created_at > $4
           AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)"
    ))
    .bind(session_hash)
    .bind(now)
    .bind(now - IDLE_LIFE)
    .bind(now - LONGEST_LIFE)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (token, token_hash) = (OperatorToken::read(&row)?, row.try_get::<Vec<u8>, _>("token_hash")?);
    if row.try_get::<DateTime<Utc>, _>("seen_at")? <= now - SEEN_EVERY {
        note_use(pool, session_hash, now).await?;
    }
    token.used(pool, &token_hash, now).await;
    Ok(Some(token))
}

async fn note_use(pool: &PgPool, session_hash: &[u8], now: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query("UPDATE operator_session SET seen_at = $2 WHERE session_hash = $1 AND seen_at < $2")
        .bind(session_hash)
        .bind(now)
        .execute(pool)
        .await?;
    Ok(())
}

/// Deletes sessions that have ended, also by the end of their operator's token. Returns how many.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM operator_session WHERE session_hash = ANY (ARRAY(
         SELECT s.session_hash FROM operator_session s JOIN operator_token t USING (token_hash)
         WHERE s.seen_at <= $2 OR s.created_at <= $3 OR t.revoked_at IS NOT NULL OR t.expires_at <= $1
         LIMIT $4 FOR UPDATE OF s SKIP LOCKED))";
    let sweep = |limit| {
        let query = sqlx::query(SWEEP).bind(now).bind(now - IDLE_LIFE).bind(now - LONGEST_LIFE);
        query.bind(limit).execute(pool)
    };
    crate::postgres::sweep(sweep).await
}
