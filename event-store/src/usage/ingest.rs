//! Usage comes in.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::error::StoreError;

/// One event of usage to store.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Which project it belongs to.
    pub project_id: String,
    /// Whose it is.
    pub distinct_id: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Whether that is when it arrived, since it told no time that can be: a repeat then has another, and is known by
    /// what else was sent.
    pub at_arrival: bool,
    /// What happened.
    pub name: String,
    /// What repeats are recognised by.
    pub insert_id: String,
    /// Everything else: a JSON object, as text, which is a tenth of what it would take as values.
    pub properties: String,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Stored now.
    pub stored: u64,
    /// Not stored: the account does not want it, or there is no such account.
    pub dropped: u64,
    /// Stored before.
    pub repeated: u64,
}

/// Stores what may be stored of a batch for the house project, in one statement.
///
/// # Errors
/// When the store fails; then nothing of the batch was stored.
pub async fn ingest(pool: &PgPool, batch: &[Incoming]) -> Result<Ingested, StoreError> {
    if batch.is_empty() {
        return Ok(Ingested::default());
    }
    let text = |value: fn(&Incoming) -> &str| batch.iter().map(value).collect::<Vec<_>>();
    let (allowed, stored): (i64, i64) = sqlx::query_as(
        "WITH open AS MATERIALIZED (
             SELECT account_id FROM usage_gate WHERE account_id = ANY($2) AND open
             ORDER BY account_id FOR SHARE
         ), allowed AS MATERIALIZED (
             SELECT u.project_id, u.distinct_id, u.occurred_at, u.name, u.insert_id, u.properties::jsonb,
                 u.at_arrival
             FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
                     $7::boolean[])
                 AS u (project_id, distinct_id, occurred_at, name, insert_id, properties, at_arrival)
             JOIN open ON open.account_id = u.distinct_id
         ), stored AS (
             INSERT INTO usage_event
                 (project_id, distinct_id, occurred_at, name, insert_id, properties, at_arrival)
             SELECT * FROM allowed
             -- In one order, so that two batches that overlap wait for each other on one side only. The time of an
             -- arrival is another in each batch, so those come last, by what was sent.
             ORDER BY project_id, distinct_id, at_arrival, occurred_at, name, insert_id, properties ->> 'time'
             ON CONFLICT DO NOTHING RETURNING 1
         )
         SELECT (SELECT count(*) FROM allowed), (SELECT count(*) FROM stored)",
    )
    .bind(text(|event| &event.project_id))
    .bind(text(|event| &event.distinct_id))
    .bind(batch.iter().map(|event| event.occurred_at).collect::<Vec<_>>())
    .bind(text(|event| &event.name))
    .bind(text(|event| &event.insert_id))
    .bind(text(|event| &event.properties))
    .bind(batch.iter().map(|event| event.at_arrival).collect::<Vec<_>>())
    .fetch_one(pool)
    .await?;
    Ok(Ingested {
        stored: stored.cast_unsigned(),
        dropped: batch.len() as u64 - allowed.cast_unsigned(),
        repeated: (allowed - stored).cast_unsigned(),
    })
}
