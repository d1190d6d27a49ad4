//! Authenticator apps: the secret that an app shares, and which of its codes were taken (RFC 6238).
//!
//! A code works once: the time step it belongs to is taken with what it brings about, and none of that step or before is
//! taken again. An app counts when its first code was right; until then it waits, for a few tries and ten minutes.

use chrono::{DateTime, Utc};
use domain::{AccountId, Scope};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{RecordError, Records, authentication, spent_unless};
use crate::encryption::KeyName;
use crate::error::StoreError;

/// An app that waits for its first code.
#[derive(Clone)]
pub struct NewAuthenticatorApp {
    /// Its id, which nothing but its row has.
    pub id: Uuid,
    /// Whose.
    pub account: AccountId,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// The authentication generation in which it is asked for.
    pub generation: i64,
    /// How often a first code may be tried.
    pub tries: i32,
    /// When it is made.
    pub at: DateTime<Utc>,
    /// Until when it waits.
    pub expires_at: DateTime<Utc>,
}

/// An app, with the secret that it shares.
pub struct AuthenticatorApp {
    /// Its id.
    pub id: Uuid,
    /// The secret.
    pub secret: Zeroizing<Vec<u8>>,
    /// The time step of the code that was last taken.
    pub last_step: i64,
}

/// Seconds of a time step.
const STEP: i64 = 30;

fn key_name(account: AccountId) -> KeyName {
    KeyName::new(account.to_string(), Scope::Profile.as_str())
}

/// Seals the secret of an app.
pub async fn seal(
    records: &Records,
    account: AccountId,
    id: Uuid,
    secret: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let key = records.keys.active_key(&key_name(account)).await?;
    Ok(key.seal(secret, id.as_bytes())?)
}

type Row = (Uuid, Vec<u8>, i64);

/// Nothing where the key was destroyed: the account has ended.
async fn open(
    records: &Records,
    account: AccountId,
    row: Option<Row>,
) -> Result<Option<AuthenticatorApp>, StoreError> {
    let Some((id, sealed, last_step)) = row else { return Ok(None) };
    let Some(key) = records.keys.find_active_key(&key_name(account)).await? else { return Ok(None) };
    Ok(Some(AuthenticatorApp { id, secret: key.open(&sealed, id.as_bytes())?, last_step }))
}

/// The app of an account that counts, if there is one.
pub async fn find(records: &Records, account: AccountId) -> Result<Option<AuthenticatorApp>, StoreError> {
    let row = sqlx::query_as(
        "SELECT app_id, sealed, last_step FROM authenticator_app WHERE account_id = $1 AND confirmed",
    )
    .bind(account.to_string())
    .fetch_optional(&records.pool)
    .await?;
    open(records, account, row).await
}

/// When an app was made and used.
#[derive(Clone, Copy, Debug)]
pub struct AppDates {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When the time step began whose code was last taken.
    pub used_at: DateTime<Utc>,
}

/// When the app of an account was made and used that counts.
pub async fn dates(pool: &PgPool, account: AccountId) -> Result<Option<AppDates>, StoreError> {
    let row: Option<(DateTime<Utc>, i64)> = sqlx::query_as(
        "SELECT made_at, last_step FROM authenticator_app WHERE account_id = $1 AND confirmed",
    )
    .bind(account.to_string())
    .fetch_optional(pool)
    .await?;
    let read = |(made_at, step): (DateTime<Utc>, i64)| {
        let began = step.checked_mul(STEP).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        // Of two clocks that differ the later is right: nothing is used before it is made.
        AppDates { made_at, used_at: began.map_or(made_at, |began| began.max(made_at)) }
    };
    Ok(row.map(read))
}

/// Counts a try of the app that waits, if it can be tried at `now`. As with codes, before anything is compared.
pub async fn count_try(
    records: &Records,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<AuthenticatorApp>, StoreError> {
    let row = sqlx::query_as(
        "UPDATE authenticator_app SET tries_left = tries_left - 1
         WHERE account_id = $1 AND NOT confirmed AND tries_left > 0 AND expires_at > $2
         RETURNING app_id, sealed, last_step",
    )
    .bind(account.to_string())
    .bind(now)
    .fetch_optional(&records.pool)
    .await?;
    open(records, account, row).await
}

/// Has an app wait for its first code; one that waited does no more. Nothing of it is an event yet. Returns whether what it
/// rests on still counts: otherwise it does not wait.
pub async fn stage(pool: &PgPool, new: &NewAuthenticatorApp) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    match insert(&mut transaction, new).await {
        Ok(()) => transaction.commit().await?,
        Err(RecordError::Store(error)) => return Err(error),
        Err(RecordError::ProofOver | RecordError::AlreadyUsed) => return Ok(false),
    }
    Ok(true)
}

async fn insert(db: &mut PgConnection, new: &NewAuthenticatorApp) -> Result<(), RecordError> {
    authentication::require(db, new.account, new.generation).await?;
    drop_staged(db, new.account).await?;
    sqlx::query(
        "INSERT INTO authenticator_app
             (app_id, account_id, confirmed, sealed, last_step, made_at, tries_left, expires_at, generation)
         VALUES ($1, $2, false, $3, 0, $4, $5, $6, $7)",
    )
    .bind(new.id)
    .bind(new.account.to_string())
    .bind(&new.sealed)
    .bind(new.at)
    .bind(new.tries)
    .bind(new.expires_at)
    .bind(new.generation)
    .execute(db)
    .await?;
    Ok(())
}

/// The app that waited counts, in the place of another: the code of `step` was its first.
pub(super) async fn confirm(
    db: &mut PgConnection,
    account: AccountId,
    id: Uuid,
    step: i64,
) -> Result<(), RecordError> {
    let asked_in: Option<i64> = sqlx::query_scalar(
        "SELECT generation FROM authenticator_app WHERE app_id = $1 AND account_id = $2 AND NOT confirmed FOR UPDATE",
    )
    .bind(id)
    .bind(account.to_string())
    .fetch_optional(&mut *db)
    .await?
    .flatten();
    let asked_in = asked_in.ok_or(RecordError::AlreadyUsed)?;
    authentication::require(db, account, asked_in).await?;
    drop_confirmed(db, account).await?;
    sqlx::query(
        "UPDATE authenticator_app SET confirmed = true, last_step = $2, expires_at = NULL, generation = NULL
         WHERE app_id = $1",
    )
    .bind(id)
    .bind(step)
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the code of a time step, with what it brings about: no code of that step or before is taken again.
pub(super) async fn take_step(db: &mut PgConnection, id: Uuid, step: i64) -> Result<(), RecordError> {
    let taken = sqlx::query(
        "UPDATE authenticator_app SET last_step = $2 WHERE app_id = $1 AND confirmed AND last_step < $2",
    )
    .bind(id)
    .bind(step)
    .execute(db)
    .await?;
    spent_unless(taken.rows_affected() == 1)
}

pub(super) async fn drop_staged(db: &mut PgConnection, account: AccountId) -> Result<(), StoreError> {
    delete(db, account, false).await
}

pub(super) async fn drop_confirmed(db: &mut PgConnection, account: AccountId) -> Result<(), StoreError> {
    delete(db, account, true).await
}

async fn delete(db: &mut PgConnection, account: AccountId, confirmed: bool) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM authenticator_app WHERE account_id = $1 AND confirmed = $2")
        .bind(account.to_string())
        .bind(confirmed)
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes apps that waited in vain. Returns how many.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM authenticator_app WHERE app_id = ANY (ARRAY(
         SELECT app_id FROM authenticator_app WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(now).bind(limit).execute(pool)).await
}
