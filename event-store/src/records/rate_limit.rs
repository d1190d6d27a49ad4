//! How often something may be done: by the generic cell rate algorithm (ITU-T I.371, annex A), in the shared
//! database, so that it holds for all processes together.
//!
//! A request is counted first and served after. One row says when all that was used up will have been given
//! back; taking it is one statement, so a thousand requests at once are counted one by one. Keys are hashed, for they
//! are addresses and the like.
//!
//! Where several limits hold for one thing they are [buckets](Bucket), taken together or not at all: what is refused is
//! counted nowhere, so a crowd that one bucket sends away does not fill the wider ones for others.

use std::time::Duration;

use sqlx::postgres::types::PgInterval;
use sqlx::{PgConnection, PgPool};

use super::Records;
use crate::error::StoreError;

/// What is limited, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name under which it is counted.
    pub name: &'static str,
    /// How often at once.
    pub burst: u32,
    /// In which time one more is given back.
    pub every: Duration,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Granted,
    /// Not before so long from now.
    Later(Duration),
}

/// Something that is limited, and for whom.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// How far.
    pub limit: Limit,
    /// For whom, or for what.
    pub key: String,
    /// The hash of the person it is [about], if it is about one.
    pub about: Option<Vec<u8>>,
}

/// A bucket that is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// What it limits.
    pub limit: Limit,
    /// In which time it has room.
    pub wait: Duration,
}

/// The hash under which all that is counted about a person is forgiven.
pub async fn about(records: &Records, whom: &str) -> Result<Vec<u8>, StoreError> {
    Ok(records.keys.hasher("throttle").await?.hash(&format!("about/{whom}")))
}

/// Counts one more in every bucket, or in none where one is full: the first one by name. They are taken in that order
/// by all, for a caller that waits for one holds those before it.
pub async fn take(records: &Records, buckets: &[Bucket]) -> Result<Option<Full>, StoreError> {
    let buckets = in_order(buckets);
    let (names, keys, every) = columns(records, &buckets).await?;
    let room: Vec<PgInterval> =
        buckets.iter().map(|bucket| interval(bucket.limit.every * bucket.limit.burst)).collect();
    let about: Vec<Option<&[u8]>> = buckets.iter().map(|bucket| bucket.about.as_deref()).collect();
    let full: Option<(i32, f64)> =
        sqlx::query_as("SELECT full_at, wait FROM throttle_take($1, $2, $3, $4, $5)")
            .bind(names)
            .bind(keys)
            .bind(about)
            .bind(every)
            .bind(room)
            .fetch_optional(&records.pool)
            .await?;
    let read = |(number, wait): (i32, f64)| {
        let bucket = usize::try_from(number - 1).ok().and_then(|index| buckets.get(index))?;
        Some(Full { limit: bucket.limit, wait: Duration::from_secs_f64(wait.max(0.0)) })
    };
    Ok(full.and_then(read))
}

/// Gives back what was [taken](take): it was no guess.
pub async fn put_back(records: &Records, buckets: &[Bucket]) -> Result<(), StoreError> {
    let (names, keys, every) = columns(records, &in_order(buckets)).await?;
    sqlx::query("SELECT throttle_give_back($1, $2, $3)")
        .bind(names)
        .bind(keys)
        .bind(every)
        .execute(&records.pool)
        .await?;
    Ok(())
}

type Columns = (Vec<&'static str>, Vec<Vec<u8>>, Vec<PgInterval>);

fn in_order(buckets: &[Bucket]) -> Vec<&Bucket> {
    let mut buckets: Vec<&Bucket> = buckets.iter().collect();
    buckets.sort_by_key(|bucket| (bucket.limit.name, &bucket.key));
    buckets
}

async fn columns(records: &Records, buckets: &[&Bucket]) -> Result<Columns, StoreError> {
    let hasher = records.keys.hasher("throttle").await?;
    Ok((
        buckets.iter().map(|bucket| bucket.limit.name).collect(),
        buckets.iter().map(|bucket| hasher.hash(&bucket.key)).collect(),
        buckets.iter().map(|bucket| interval(bucket.limit.every)).collect(),
    ))
}

/// Forgives all that was counted [about] a person. A try at this moment is waited for in the order in which buckets
/// are taken.
pub(super) async fn forgive(db: &mut PgConnection, about: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "WITH counted AS (
             SELECT name, key FROM throttle WHERE about = $1 ORDER BY name COLLATE \"C\", key FOR UPDATE
         )
         DELETE FROM throttle t USING counted c WHERE t.name = c.name AND t.key = c.key",
    )
    .bind(about)
    .execute(db)
    .await?;
    Ok(())
}

/// Asks whether `key` may do what `limit` is about once more, and counts it.
pub async fn ask(records: &Records, limit: Limit, key: &str) -> Result<Decision, StoreError> {
    let key = records.keys.hasher("throttle").await?.hash(key);
    let (every, room) = (interval(limit.every), interval(limit.every * limit.burst));
    let row: (bool, f64) = sqlx::query_as(
        "WITH taken AS (
             INSERT INTO throttle AS t (name, key, tat) VALUES ($1, $2, clock_timestamp() + $3)
             ON CONFLICT (name, key) DO UPDATE SET tat = greatest(t.tat, clock_timestamp()) + $3
             WHERE greatest(t.tat, clock_timestamp()) + $3 <= clock_timestamp() + $4
             RETURNING tat
         )
         SELECT EXISTS (SELECT FROM taken),
                coalesce(extract(epoch FROM (SELECT tat FROM throttle WHERE name = $1 AND key = $2)
                         + $3 - $4 - clock_timestamp())::float8, 0)",
    )
    .bind(limit.name)
    .bind(&key)
    .bind(every)
    .bind(room)
    .fetch_one(&records.pool)
    .await?;
    Ok(match row {
        (true, _) => Decision::Granted,
        (false, wait) => Decision::Later(Duration::from_secs_f64(wait.max(0.0))),
    })
}

/// Gives back what was counted for `key`: it was no guess.
pub async fn refund(records: &Records, limit: Limit, key: &str) -> Result<(), StoreError> {
    let key = records.keys.hasher("throttle").await?.hash(key);
    sqlx::query("UPDATE throttle SET tat = tat - $3 WHERE name = $1 AND key = $2")
        .bind(limit.name)
        .bind(&key)
        .bind(interval(limit.every))
        .execute(&records.pool)
        .await?;
    Ok(())
}

fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX) }
}

/// Deletes what says nothing any more. Returns how many rows.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    const SWEEP: &str = "DELETE FROM throttle WHERE (name, key) IN (
         SELECT name, key FROM throttle WHERE tat < clock_timestamp() LIMIT $1 FOR UPDATE SKIP LOCKED)";
    crate::postgres::sweep(|limit| sqlx::query(SWEEP).bind(limit).execute(pool)).await
}
