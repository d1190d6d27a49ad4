//! Questions that a passkey answers: each once, within five minutes, and for what it was asked.
//!
//! A question is taken before its answer is looked at, in a statement of its own: a wrong answer uses it up as well.

use chrono::{DateTime, Duration, Utc};
use domain::{AccountId, SessionId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::StoreError;

/// How long a question can be answered.
pub const LIFE: Duration = Duration::minutes(5);

/// What a right answer is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be added to an account.
    Registration,
    /// To sign in, whoever it is.
    SignIn,
    /// To act in one session.
    Reauthenticate,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::Reauthenticate => "reauthenticate",
        }
    }
}

/// A question to ask.
pub struct NewPasskeyChallenge {
    /// What is signed.
    pub challenge: Vec<u8>,
    /// What a right answer is good for.
    pub purpose: Purpose,
    /// Whose session it is asked in, and which; none to sign in.
    pub asked_in: Option<(AccountId, SessionId)>,
    /// What the answer is verified with.
    pub state: Vec<u8>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Asks; a session has one question of a purpose at a time.
pub async fn put(pool: &PgPool, new: &NewPasskeyChallenge) -> Result<(), StoreError> {
    let (account, session) = new.asked_in.unzip();
    sqlx::query(
        "WITH former AS (DELETE FROM passkey_challenge WHERE account_id = $3 AND session_id = $4 AND purpose = $2)
         INSERT INTO passkey_challenge (challenge, purpose, account_id, session_id, state, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&new.challenge)
    .bind(new.purpose.as_str())
    .bind(account.map(|account| account.to_string()))
    .bind(session.map(|session| session.uuid()))
    .bind(&new.state)
    .bind(new.expires_at)
    .execute(pool)
    .await?;
    Ok(())
}

/// A question as it was asked.
#[derive(sqlx::FromRow)]
struct Asked {
    state: Vec<u8>,
    purpose: String,
    account_id: Option<String>,
    session_id: Option<Uuid>,
    expires_at: DateTime<Utc>,
}

/// Takes a question that was asked for `purpose`, in this session where in one: what its answer is verified with.
pub async fn take(
    pool: &PgPool,
    challenge: &[u8],
    purpose: Purpose,
    asked_in: Option<(AccountId, SessionId)>,
    now: DateTime<Utc>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let taken: Option<Asked> = sqlx::query_as(
        "DELETE FROM passkey_challenge WHERE challenge = $1
         RETURNING state, purpose, account_id, session_id, expires_at",
    )
    .bind(challenge)
    .fetch_optional(pool)
    .await?;
    let (account, session) = asked_in.unzip();
    let fits = taken.filter(|asked| {
        asked.purpose == purpose.as_str()
            && asked.account_id == account.map(|account| account.to_string())
            && asked.session_id == session.map(|session| session.uuid())
            && asked.expires_at > now
    });
    Ok(fits.map(|asked| asked.state))
}

/// Lets all questions of a purpose die.
pub(super) async fn drop_all(
    db: &mut PgConnection,
    account: AccountId,
    purpose: Purpose,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM passkey_challenge WHERE account_id = $1 AND purpose = $2")
        .bind(account.to_string())
        .bind(purpose.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes questions whose time is over. Returns how many.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM passkey_challenge WHERE challenge = ANY (ARRAY(
         SELECT challenge FROM passkey_challenge WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(now).bind(limit).execute(pool)).await
}
