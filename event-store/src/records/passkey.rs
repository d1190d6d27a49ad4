//! Passkeys: what a signature of one is verified with.
//!
//! A passkey is found by a keyed hash of the credential's id, which only its authenticator tells. That id, which a browser
//! must be told to ask for a passkey, and the public key lie sealed with the key of the account's profile. What changes with
//! each use is written with what the use brings about, and only over the state that was verified: of two uses at once one
//! counts, so that a counter never goes back.

use chrono::{DateTime, Utc};
use domain::{AccountId, PasskeyId, Scope};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{RecordError, Records, spent_unless};
use crate::encryption::KeyName;
use crate::error::StoreError;

/// A passkey to keep.
#[derive(Clone)]
pub struct NewPasskey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// The keyed hash of the credential's id.
    pub lookup: Vec<u8>,
    /// The credential's id and its public key, sealed.
    pub sealed: Vec<u8>,
    /// What changes with each use.
    pub state: Vec<u8>,
    /// When it was made.
    pub at: DateTime<Utc>,
}

/// A passkey, as a signature is verified with it.
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// The credential's id and its public key.
    pub credential: Zeroizing<Vec<u8>>,
    /// What changes with each use.
    pub state: Vec<u8>,
}

/// When a passkey was made and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasskeyDates {
    /// Which.
    pub id: PasskeyId,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it was last used, if it ever was.
    pub used_at: Option<DateTime<Utc>>,
}

/// A use of a passkey.
#[derive(Clone)]
pub struct PasskeyUse {
    /// Which.
    pub id: PasskeyId,
    /// The state that was verified.
    pub before: Vec<u8>,
    /// The state after.
    pub after: Vec<u8>,
    /// When.
    pub at: DateTime<Utc>,
}

fn key_name(account: AccountId) -> KeyName {
    KeyName::new(account.to_string(), Scope::Profile.as_str())
}

/// What a passkey is found by.
pub async fn lookup(records: &Records, credential_id: &[u8]) -> Result<Vec<u8>, StoreError> {
    Ok(records.keys.hasher("passkey").await?.hash_bytes(credential_id))
}

/// By what authenticators know an account: it tells nobody else which one it is.
pub async fn user_handle(records: &Records, account: AccountId) -> Result<Vec<u8>, StoreError> {
    Ok(records.keys.hasher("passkey-user").await?.hash(&account.to_string()))
}

/// Seals the credential's id and its public key.
pub async fn seal(
    records: &Records,
    account: AccountId,
    id: PasskeyId,
    credential: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let key = records.keys.active_key(&key_name(account)).await?;
    Ok(key.seal(credential, id.uuid().as_bytes())?)
}

type Row = (Uuid, String, Vec<u8>, Vec<u8>);

/// Nothing where the key was destroyed: the account has ended.
async fn open(records: &Records, (id, account, sealed, state): Row) -> Result<Option<Passkey>, StoreError> {
    let account = account.parse().map_err(|_| StoreError::Unreadable("a passkey's account".to_owned()))?;
    let Some(key) = records.keys.find_active_key(&key_name(account)).await? else { return Ok(None) };
    let credential = key.open(&sealed, id.as_bytes())?;
    Ok(Some(Passkey { id: PasskeyId::from_uuid(id), account, credential, state }))
}

/// The passkey that is found by `lookup`.
pub async fn find(records: &Records, lookup: &[u8]) -> Result<Option<Passkey>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT passkey_id, account_id, sealed, state FROM passkey WHERE lookup = $1")
            .bind(lookup)
            .fetch_optional(&records.pool)
            .await?;
    match row {
        Some(row) => open(records, row).await,
        None => Ok(None),
    }
}

/// All passkeys of an account, oldest first.
pub async fn list(records: &Records, account: AccountId) -> Result<Vec<Passkey>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT passkey_id, account_id, sealed, state FROM passkey WHERE account_id = $1 ORDER BY passkey_id",
    )
    .bind(account.to_string())
    .fetch_all(&records.pool)
    .await?;
    let mut passkeys = Vec::with_capacity(rows.len());
    for row in rows {
        passkeys.extend(open(records, row).await?);
    }
    Ok(passkeys)
}

/// When each passkey of an account was made and used, oldest first.
pub async fn dates(pool: &PgPool, account: AccountId) -> Result<Vec<PasskeyDates>, StoreError> {
    let rows: Vec<(Uuid, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(
        "SELECT passkey_id, made_at, used_at FROM passkey WHERE account_id = $1 ORDER BY passkey_id",
    )
    .bind(account.to_string())
    .fetch_all(pool)
    .await?;
    let read = |(id, made_at, used_at)| PasskeyDates { id: PasskeyId::from_uuid(id), made_at, used_at };
    Ok(rows.into_iter().map(read).collect())
}

/// Keeps it, unless its credential is known already.
pub(super) async fn put(db: &mut PgConnection, new: &NewPasskey) -> Result<(), RecordError> {
    let kept = sqlx::query(
        "INSERT INTO passkey (passkey_id, account_id, lookup, sealed, state, made_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (lookup) DO NOTHING",
    )
    .bind(new.id.uuid())
    .bind(new.account.to_string())
    .bind(&new.lookup)
    .bind(&new.sealed)
    .bind(&new.state)
    .bind(new.at)
    .execute(db)
    .await?;
    spent_unless(kept.rows_affected() == 1)
}

/// Notes a use, with what it brings about: the passkey must still be as it was verified.
pub(super) async fn note_use(db: &mut PgConnection, used: &PasskeyUse) -> Result<(), RecordError> {
    let noted =
        sqlx::query("UPDATE passkey SET state = $3, used_at = $4 WHERE passkey_id = $1 AND state = $2")
            .bind(used.id.uuid())
            .bind(&used.before)
            .bind(&used.after)
            .bind(used.at)
            .execute(db)
            .await?;
    spent_unless(noted.rows_affected() == 1)
}

pub(super) async fn forget(db: &mut PgConnection, id: PasskeyId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM passkey WHERE passkey_id = $1").bind(id.uuid()).execute(db).await?;
    Ok(())
}

pub(super) async fn forget_all(db: &mut PgConnection, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM passkey WHERE account_id = $1").bind(account.to_string()).execute(db).await?;
    Ok(())
}
