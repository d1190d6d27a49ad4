//! Erasures as this database knows them: tables `erasure` and `erasure_ledger`.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::StoreError;

/// An erasure that is recorded and not carried out yet.
pub(super) struct Recorded {
    /// Its entry's name in the ledger.
    pub(super) name: String,
    /// Its entry, sealed.
    pub(super) entry: String,
}

/// The time by the clock of the database.
pub(super) async fn now(pool: &PgPool) -> Result<DateTime<Utc>, StoreError> {
    Ok(sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(pool).await?)
}

/// Records a step of `cause` once, however often it is tried, also by two at once. None when it was
/// carried out before.
pub(super) async fn begin(
    pool: &PgPool,
    cause: &str,
    step: &str,
    new: &Recorded,
) -> Result<Option<Recorded>, StoreError> {
    sqlx::query(
        "INSERT INTO erasure (name, cause, step, entry) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(&new.name)
    .bind(cause)
    .bind(step)
    .bind(&new.entry)
    .execute(pool)
    .await?;
    let row = sqlx::query_as("SELECT name, entry FROM erasure WHERE cause = $1 AND step = $2")
        .bind(cause)
        .bind(step)
        .fetch_one(pool)
        .await?;
    Ok(open(row))
}

/// What is recorded under a name, if it is not carried out yet.
fn open((name, entry): (String, Option<String>)) -> Option<Recorded> {
    entry.map(|entry| Recorded { name, entry })
}

/// What is recorded for `cause` and not carried out yet, usage aside.
pub(super) async fn open_of(pool: &PgPool, cause: &str) -> Result<Vec<Recorded>, StoreError> {
    let steps = of(pool, cause, false).await?;
    Ok(steps.into_iter().flatten().collect())
}

/// Each time that erasing usage was recorded for `cause`; none for those that were carried out.
pub(super) async fn usage_of(pool: &PgPool, cause: &str) -> Result<Vec<Option<Recorded>>, StoreError> {
    of(pool, cause, true).await
}

async fn of(pool: &PgPool, cause: &str, usage: bool) -> Result<Vec<Option<Recorded>>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT name, entry FROM erasure WHERE cause = $1 AND starts_with(step, $2) = $3 ORDER BY name",
    )
    .bind(cause)
    .bind(super::entry::USAGE)
    .bind(usage)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(open).collect())
}

/// The names of all that is recorded and not carried out yet.
pub(super) async fn open_names(pool: &PgPool) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT name FROM erasure WHERE applied_at IS NULL ORDER BY name")
        .fetch_all(pool)
        .await?)
}

/// A step of `cause` was carried out.
pub(super) async fn carried_out(pool: &PgPool, cause: &str, step: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE erasure SET applied_at = clock_timestamp(), entry = NULL
         WHERE cause = $1 AND step = $2 AND applied_at IS NULL",
    )
    .bind(cause)
    .bind(step)
    .execute(pool)
    .await?;
    Ok(())
}

/// An entry of the ledger was carried out that this database may not have known.
pub(super) async fn learn(pool: &PgPool, name: &str, cause: &str, step: &str) -> Result<(), StoreError> {
    sqlx::query(
        "WITH known AS (
             UPDATE erasure SET applied_at = clock_timestamp(), entry = NULL
             WHERE name = $1 AND applied_at IS NULL
         )
         INSERT INTO erasure (name, cause, step, applied_at) VALUES ($1, $2, $3, clock_timestamp())
         ON CONFLICT DO NOTHING",
    )
    .bind(name)
    .bind(cause)
    .bind(step)
    .execute(pool)
    .await?;
    Ok(())
}

/// Those of `names` that are not known to be carried out.
pub(super) async fn unknown(pool: &PgPool, names: &[String]) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT wanted.name FROM unnest($1::text[]) AS wanted (name)
         LEFT JOIN erasure ON erasure.name = wanted.name AND erasure.applied_at IS NOT NULL
         WHERE erasure.name IS NULL ORDER BY wanted.name",
    )
    .bind(names)
    .fetch_all(pool)
    .await?)
}

/// The key of the ledger that belongs to this database, once there is one.
pub(super) async fn ledger_key(pool: &PgPool) -> Result<Option<Uuid>, StoreError> {
    Ok(sqlx::query_scalar("SELECT key_id FROM erasure_ledger").fetch_optional(pool).await?)
}

/// Remembers the key of the ledger that belongs to this database.
pub(super) async fn remember_ledger_key(pool: &PgPool, key: Uuid) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO erasure_ledger (key_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(key)
        .execute(pool)
        .await?;
    Ok(())
}

/// Up to when the ledger is known here, if it was ever read.
pub(super) async fn read_until(pool: &PgPool) -> Result<Option<DateTime<Utc>>, StoreError> {
    let until: Option<Option<_>> =
        sqlx::query_scalar("SELECT read_until FROM erasure_ledger").fetch_optional(pool).await?;
    Ok(until.flatten())
}

/// All entries made until `until` are known here.
pub(super) async fn set_read_until(pool: &PgPool, until: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query("UPDATE erasure_ledger SET read_until = $1").bind(until).execute(pool).await?;
    Ok(())
}
