//! Codes: each answers one question, within its time, in a few tries (OWASP ASVS 5.0, 6.5 and 6.6.3).
//!
//! A try is counted before the code is compared, in a statement of its own: a refusal stores no event, and a thousand
//! guesses at once get exactly the tries there are. The hash is keyed, since a code can be guessed from a plain one.

use chrono::{DateTime, Utc};
use domain::{AccountId, ChallengeId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::RecordError;
use super::Records;
use super::authentication;
use crate::error::StoreError;

/// What a right code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The second step of signing in.
    SignIn,
    /// The second step of giving the password again, in one session.
    Reauthenticate,
    /// That codes reach a new phone.
    Phone,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Reauthenticate => "reauthenticate",
            Self::Phone => "phone",
        }
    }
}

/// A question to ask.
#[derive(Clone)]
pub struct NewOneTimeCode {
    /// Its id.
    pub id: ChallengeId,
    /// What a right code is good for.
    pub purpose: Purpose,
    /// Whose.
    pub account: AccountId,
    /// What the answer is good for, where that is more than the account.
    pub subject: String,
    /// The keyed hash of the code.
    pub code_hash: Vec<u8>,
    /// The authentication generation in which it is asked.
    pub generation: i64,
    /// How often it may be tried.
    pub tries: i32,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A question that was asked, and can still be answered.
#[derive(Clone, Debug)]
pub struct OneTimeCode {
    /// Its id.
    pub id: ChallengeId,
    /// Whose.
    pub account: AccountId,
    /// What the answer is good for.
    pub subject: String,
    /// The authentication generation in which it was asked.
    pub generation: i64,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    code_hash: Vec<u8>,
}

impl OneTimeCode {
    /// Whether this is the hash of the code. Both are keyed hashes, so how long it takes tells nothing of the code.
    pub fn is_answered_by(&self, code_hash: &[u8]) -> bool {
        self.code_hash == code_hash
    }
}

/// The keyed hash of a code: it is that of this question alone.
pub async fn hash(records: &Records, id: ChallengeId, code: &str) -> Result<Vec<u8>, StoreError> {
    Ok(records.keys.hasher("code").await?.hash(&format!("{id}/{code}")))
}

/// Asks; an account has one question of a purpose and subject at a time. What it rests on must still count.
pub(super) async fn put(db: &mut PgConnection, new: &NewOneTimeCode) -> Result<(), RecordError> {
    authentication::require(db, new.account, new.generation).await?;
    Ok(insert(db, new).await?)
}

async fn insert(db: &mut PgConnection, new: &NewOneTimeCode) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM challenge WHERE account_id = $1 AND purpose = $2 AND subject = $3")
        .bind(new.account.to_string())
        .bind(new.purpose.as_str())
        .bind(&new.subject)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "INSERT INTO challenge (challenge_id, purpose, account_id, subject, code_hash, tries_left, expires_at, generation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.id.uuid())
    .bind(new.purpose.as_str())
    .bind(new.account.to_string())
    .bind(&new.subject)
    .bind(&new.code_hash)
    .bind(new.tries)
    .bind(new.expires_at)
    .bind(new.generation)
    .execute(db)
    .await?;
    Ok(())
}

/// A question that can still be answered at `now`. It is no try.
pub async fn find(
    pool: &PgPool,
    purpose: Purpose,
    id: ChallengeId,
    now: DateTime<Utc>,
) -> Result<Option<OneTimeCode>, StoreError> {
    let found = sqlx::query_as(
        "SELECT challenge_id, account_id, subject, code_hash, expires_at, generation FROM challenge
         WHERE challenge_id = $1 AND purpose = $2 AND tries_left > 0 AND expires_at > $3 AND generation IS NOT NULL",
    )
    .bind(id.uuid())
    .bind(purpose.as_str())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    found.map(read).transpose()
}

/// Counts a try of a question, if it can be tried at `now`: by id, or by what it is about.
pub async fn count_try(
    pool: &PgPool,
    purpose: Purpose,
    which: Which<'_>,
    now: DateTime<Utc>,
) -> Result<Option<OneTimeCode>, StoreError> {
    let (id, about) = match which {
        Which::Id(id) => (Some(id.uuid()), None),
        Which::About(account, subject) => (None, Some((account.to_string(), subject))),
    };
    let (account, subject) = about.unzip();
    let found = sqlx::query_as(
        "UPDATE challenge SET tries_left = tries_left - 1
         WHERE (challenge_id = $1 OR (account_id = $2 AND subject = $3)) AND purpose = $4
           AND tries_left > 0 AND expires_at > $5 AND generation IS NOT NULL
         RETURNING challenge_id, account_id, subject, code_hash, expires_at, generation",
    )
    .bind(id)
    .bind(account)
    .bind(subject)
    .bind(purpose.as_str())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    found.map(read).transpose()
}

type Row = (Uuid, String, String, Vec<u8>, DateTime<Utc>, i64);

fn read((id, account, subject, code_hash, expires_at, generation): Row) -> Result<OneTimeCode, StoreError> {
    let unreadable = |_| StoreError::Unreadable("a challenge's account".to_owned());
    let (id, account) = (ChallengeId::from_uuid(id), account.parse().map_err(unreadable)?);
    Ok(OneTimeCode { id, account, subject, expires_at, generation, code_hash })
}

/// Which question.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// The one of this id.
    Id(ChallengeId),
    /// The one of this account about this.
    About(AccountId, &'a str),
}

/// A code was sent for a question that can still be answered, in the place of one that was sent before.
pub(super) async fn set(
    db: &mut PgConnection,
    id: ChallengeId,
    code_hash: &[u8],
    at: DateTime<Utc>,
) -> Result<(), RecordError> {
    let set = sqlx::query(
        "UPDATE challenge SET code_hash = $2 WHERE challenge_id = $1 AND tries_left > 0 AND expires_at > $3",
    )
    .bind(id.uuid())
    .bind(code_hash)
    .bind(at)
    .execute(db)
    .await
    .map_err(StoreError::from)?;
    super::spent_unless(set.rows_affected() == 1)
}

/// Uses a question up, with what its answer brings about.
pub(super) async fn take(db: &mut PgConnection, id: ChallengeId) -> Result<(), RecordError> {
    let taken = sqlx::query("DELETE FROM challenge WHERE challenge_id = $1")
        .bind(id.uuid())
        .execute(db)
        .await
        .map_err(StoreError::from)?;
    super::spent_unless(taken.rows_affected() == 1)
}

/// Lets all questions of a purpose die.
pub(crate) async fn drop_all(
    db: &mut PgConnection,
    account: AccountId,
    purpose: Purpose,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM challenge WHERE account_id = $1 AND purpose = $2")
        .bind(account.to_string())
        .bind(purpose.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes questions whose time is over. Returns how many.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM challenge WHERE challenge_id = ANY (ARRAY(
         SELECT challenge_id FROM challenge WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(now).bind(limit).execute(pool)).await
}
