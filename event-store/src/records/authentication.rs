//! The authentication generation of an account: what was proved before it was raised counts no more.
//!
//! A change of the password, the address or a factor raises it in its own transaction, and ends there what rests on
//! older proofs. Whatever rests on a proof holds the row while it is stored, and is refused if it was proved in another
//! generation. So one of two happens: it was stored before the change, which then ends it; or it comes after, and is
//! refused. Nothing slips through between.

use chrono::{DateTime, Duration, Utc};
use domain::authentication::{Change, Factor};
use domain::{AccountId, SessionId};
use sqlx::{PgConnection, PgExecutor};

use super::RecordError;
use crate::error::StoreError;

/// How long a proof given in a session counts for what is grave (OWASP ASVS 5.0, 7.5.1).
pub const SUDO_LIFE: Duration = Duration::minutes(10);

/// The session in which something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InSession {
    /// Which.
    pub session: SessionId,
    /// Since when at the latest the proof must have been given in it that what is asked for rests on; none: on none.
    pub proved_since: Option<DateTime<Utc>>,
}

/// The generation of an account: to be read before what is proved is looked at.
pub async fn generation(db: impl PgExecutor<'_>, account: AccountId) -> Result<i64, StoreError> {
    let found = sqlx::query_scalar("SELECT generation FROM authentication WHERE account_id = $1")
        .bind(account.to_string())
        .fetch_optional(db)
        .await?;
    Ok(found.unwrap_or(FIRST))
}

/// The generation of an account of which nothing has changed.
pub const FIRST: i64 = 1;

/// Refuses unless the account is of `proved`, and holds it there until the transaction ends.
pub(super) async fn require(
    db: &mut PgConnection,
    account: AccountId,
    proved: i64,
) -> Result<(), RecordError> {
    let held = match hold(db, account).await? {
        Some(generation) => generation,
        None => {
            sqlx::query("INSERT INTO authentication (account_id) VALUES ($1) ON CONFLICT DO NOTHING")
                .bind(account.to_string())
                .execute(&mut *db)
                .await
                .map_err(StoreError::from)?;
            hold(db, account).await?.unwrap_or(FIRST)
        }
    };
    if held == proved { Ok(()) } else { Err(RecordError::ProofOver) }
}

async fn hold(db: &mut PgConnection, account: AccountId) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar("SELECT generation FROM authentication WHERE account_id = $1 FOR SHARE")
        .bind(account.to_string())
        .fetch_optional(db)
        .await?)
}

/// Refuses unless the session lives and what was proved in it since then still counts; holds both until the transaction
/// ends.
pub(super) async fn require_sudo(
    db: &mut PgConnection,
    session: SessionId,
    proved_since: DateTime<Utc>,
) -> Result<(), RecordError> {
    let held: Option<i32> = sqlx::query_scalar(
        "SELECT 1 FROM session s JOIN authentication a ON a.account_id = s.account_id AND a.generation = s.generation
         WHERE s.session_id = $1 AND s.sudo_at > $2 AND s.barred_at IS NULL
         FOR SHARE OF a FOR KEY SHARE OF s",
    )
    .bind(session.uuid())
    .bind(proved_since)
    .fetch_optional(db)
    .await
    .map_err(StoreError::from)?;
    if held.is_some() { Ok(()) } else { Err(RecordError::ProofOver) }
}

/// Raises the generation and ends the sessions of older ones. The session that `stays` goes on with what it has proved
/// itself; one that has proved nothing in the generation before must prove anew before it may do what is grave.
pub(super) async fn raise(
    db: &mut PgConnection,
    account: AccountId,
    change: Change,
    stays: Option<SessionId>,
) -> Result<(), StoreError> {
    let raised: i64 = sqlx::query_scalar(
        "INSERT INTO authentication AS a (account_id, generation) VALUES ($1, $2 + 1)
         ON CONFLICT (account_id) DO UPDATE SET generation = a.generation + 1 RETURNING generation",
    )
    .bind(account.to_string())
    .bind(FIRST)
    .fetch_one(&mut *db)
    .await?;
    let stays = stays.map(|session| session.uuid());
    sqlx::query(
        "WITH ended AS (
             DELETE FROM session WHERE account_id = $1 AND session_id IS DISTINCT FROM $2 RETURNING session_id
         )
         DELETE FROM idempotency USING ended WHERE idempotency.session_id = ended.session_id",
    )
    .bind(account.to_string())
    .bind(stays)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "UPDATE session SET
             sudo_at = CASE WHEN generation = $3 - 1 THEN sudo_at ELSE 'epoch' END,
             factors = CASE WHEN generation = $3 - 1 THEN factors ELSE '{}' END || $4,
             generation = $3
         WHERE session_id = $2 AND account_id = $1",
    )
    .bind(account.to_string())
    .bind(stays)
    .bind(raised)
    .bind(change.proves().map(Factor::as_str).into_iter().collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}
