//! Failed tries on an account, gathered until its holder is told of them.
//!
//! A refusal is no event, and events that strangers can cause without end would fill a history. So tries are counted
//! here, one row an account and kind, and noted as one event when they are several, at most once an hour. Where they came
//! from is kept as keyed hashes, made for the one account. Whatever says nothing any more after a day is deleted.

use chrono::{DateTime, Duration, Utc};
use domain::AccountId;
use domain::account::{FailedTries, FailedTryKind};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use super::RecordError;
use super::Records;
use super::spent_unless;
use crate::error::StoreError;

/// How long tries gather before they are noted for the first time: as long as a code works.
const GATHERING: Duration = Duration::minutes(10);
/// They are noted at most this often.
const NOTED_EVERY: Duration = Duration::hours(1);
/// How long tries count that were too few to be noted.
const LIFE: Duration = Duration::days(1);
/// Networks that are told apart.
const MOST_NETWORKS: i32 = 100;

/// Fewer are a person who mistypes, or who follows an old link.
fn least(kind: FailedTryKind) -> i64 {
    match kind {
        FailedTryKind::Password | FailedTryKind::Code => 3,
        FailedTryKind::Access => 10,
    }
}

/// Tries on one account that are to be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// Whose.
    pub account: AccountId,
    /// What was tried, and how often.
    pub failed: FailedTries,
    noted_at: Option<DateTime<Utc>>,
}

/// Counts a try on `account` from `network`.
pub async fn count(
    records: &Records,
    account: AccountId,
    kind: FailedTryKind,
    network: &str,
) -> Result<(), StoreError> {
    let network = records.keys.hasher("failed-try").await?.hash(&format!("{account}/{network}"));
    sqlx::query(
        "INSERT INTO failed_try AS f (account_id, kind, tries, networks, first_at, last_at)
         VALUES ($1, $2, 1, ARRAY[$3::bytea], $4, $4)
         ON CONFLICT (account_id, kind) DO UPDATE SET
             tries = f.tries + 1,
             first_at = CASE WHEN f.tries = 0 THEN excluded.first_at ELSE f.first_at END,
             last_at = excluded.last_at,
             networks = CASE WHEN $3 = ANY(f.networks) OR cardinality(f.networks) >= $5 THEN f.networks
                             ELSE f.networks || $3 END",
    )
    .bind(account.to_string())
    .bind(kind.as_str())
    .bind(network)
    .bind(records.services.now())
    .bind(MOST_NETWORKS)
    .execute(&records.pool)
    .await?;
    Ok(())
}

/// Some of the tries that are to be noted now.
pub async fn list_due(pool: &PgPool, now: DateTime<Utc>) -> Result<Vec<Gathered>, StoreError> {
    let rows = sqlx::query(
        "SELECT account_id, kind, tries, cardinality(networks) AS networks, first_at, last_at, noted_at
         FROM failed_try JOIN unnest($1::text[], $2::bigint[]) AS wanted (kind, least) USING (kind)
         WHERE tries >= least AND first_at <= $3 AND (noted_at IS NULL OR noted_at <= $4)
         ORDER BY first_at LIMIT 200",
    )
    .bind(FailedTryKind::ALL.map(FailedTryKind::as_str))
    .bind(FailedTryKind::ALL.map(least))
    .bind(now - GATHERING)
    .bind(now - NOTED_EVERY)
    .fetch_all(pool)
    .await?;
    rows.iter().map(Gathered::read).collect()
}

impl Gathered {
    fn read(row: &PgRow) -> Result<Self, StoreError> {
        let (account, kind): (String, String) = (row.try_get("account_id")?, row.try_get("kind")?);
        let unreadable = |_| StoreError::Unreadable("the account of a failed try".to_owned());
        let known = FailedTryKind::ALL.into_iter().find(|known| known.as_str() == kind);
        let kind = known.ok_or_else(|| StoreError::Unreadable("the kind of a failed try".to_owned()))?;
        let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Self {
            account: account.parse().map_err(unreadable)?,
            failed: FailedTries {
                kind,
                tries: number(row.try_get("tries")?),
                networks: number(row.try_get::<i32, _>("networks")?.into()),
                since: row.try_get("first_at")?,
                until: row.try_get("last_at")?,
            },
            noted_at: row.try_get("noted_at")?,
        })
    }
}

/// What was gathered is noted: the count begins anew, but for what came since. It must not have been noted meanwhile.
pub(super) async fn take(
    db: &mut PgConnection,
    gathered: &Gathered,
    now: DateTime<Utc>,
) -> Result<(), RecordError> {
    let taken = sqlx::query(
        "UPDATE failed_try SET tries = tries - $3, networks = '{}', first_at = last_at, noted_at = $5
         WHERE account_id = $1 AND kind = $2 AND tries >= $3 AND noted_at IS NOT DISTINCT FROM $4",
    )
    .bind(gathered.account.to_string())
    .bind(gathered.failed.kind.as_str())
    .bind(i64::from(gathered.failed.tries))
    .bind(gathered.noted_at)
    .bind(now)
    .execute(db)
    .await
    .map_err(StoreError::from)?;
    spent_unless(taken.rows_affected() == 1)
}

/// Deletes what says nothing any more. Returns how many rows.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM failed_try WHERE (account_id, kind) IN (
         SELECT account_id, kind FROM failed_try WHERE last_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(now - LIFE).bind(limit).execute(pool)).await
}
