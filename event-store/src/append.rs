//! The one statement that makes something have happened.
//!
//! Events, the claims they take or give up and the gates they turn are written together or not at
//! all. The same statement locks the keys the events are sealed with (`FOR SHARE`): if one was
//! destroyed meanwhile, nothing is written and the caller seals anew.

use domain::effect::{ClaimKind, Effect};
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};
use uuid::Uuid;

use crate::error::StoreError;

/// An event as it is stored: sealed.
pub(crate) struct SealedEvent {
    pub event_id: Uuid,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: String,
    pub metadata: String,
}

/// What is appended at once to one stream.
pub(crate) struct Append<'a> {
    pub aggregate_type: &'a str,
    pub aggregate_id: &'a str,
    pub events: Vec<SealedEvent>,
    /// Keys that must still live: those the events are sealed with, and those the caller names.
    pub live_keys: Vec<Uuid>,
    pub effects: Vec<StoredEffect>,
}

/// An effect with its name as it is stored: hashed where it is personal.
pub(crate) enum StoredEffect {
    Claim { kind: ClaimKind, name: Vec<u8> },
    Release { kind: ClaimKind, name: Vec<u8> },
    UsageGate { account: String, open: bool },
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("another command appended to the stream meanwhile")]
    Conflict,
    #[error("another aggregate has the claimed name")]
    ClaimTaken,
    #[error("a key was destroyed meanwhile")]
    KeyGone,
    #[error(transparent)]
    Store(#[from] StoreError),
}

const APPEND: &str = "
WITH live AS MATERIALIZED (
    SELECT key_id FROM subject_key WHERE key_id = ANY($1) AND destroyed_at IS NULL FOR SHARE
), go AS MATERIALIZED (
    SELECT count(*) = cardinality($1) AS ok FROM live
), appended AS (
    INSERT INTO events
        (aggregate_type, aggregate_id, event_id, sequence, event_type, event_version, payload, metadata)
    SELECT $2, $3, e.event_id, e.sequence, e.event_type, e.event_version, e.payload::json, e.metadata::json
    FROM unnest($4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
        AS e (event_id, sequence, event_type, event_version, payload, metadata), go
    WHERE go.ok
    ORDER BY e.sequence
)";

/// What [`EFFECTS`] adds between the insertion and the answer.
const EFFECTS: &str = ", released AS (
    DELETE FROM claim USING unnest($10::text[], $11::bytea[]) AS r (kind, name), go
    WHERE go.ok AND claim.kind = r.kind AND claim.name = r.name AND claim.owner = $3
), claimed AS (
    INSERT INTO claim (kind, name, owner)
    SELECT c.kind, c.name, $3 FROM unnest($12::text[], $13::bytea[]) AS c (kind, name), go WHERE go.ok
), gated AS (
    INSERT INTO usage_gate (account_id, open)
    SELECT g.account_id, g.open FROM unnest($14::text[], $15::boolean[]) AS g (account_id, open), go
    WHERE go.ok
    ON CONFLICT (account_id) DO UPDATE SET open = excluded.open
)";

const ANSWER: &str = " SELECT ok FROM go";

/// Appends. One round trip.
pub(crate) async fn append(db: impl PgExecutor<'_>, append: &Append<'_>) -> Result<(), AppendError> {
    let statement = if append.effects.is_empty() {
        format!("{APPEND}{ANSWER}")
    } else {
        format!("{APPEND}{EFFECTS}{ANSWER}")
    };
    let events = &append.events;
    let column = |value: fn(&SealedEvent) -> &str| events.iter().map(value).collect::<Vec<_>>();
    let query = sqlx::query(&statement)
        .bind(&append.live_keys)
        .bind(append.aggregate_type)
        .bind(append.aggregate_id)
        .bind(events.iter().map(|event| event.event_id).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.sequence).collect::<Vec<_>>())
        .bind(column(|event| &event.event_type))
        .bind(column(|event| &event.event_version))
        .bind(column(|event| &event.payload))
        .bind(column(|event| &event.metadata));
    let query = if append.effects.is_empty() { query } else { bind_effects(query, &append.effects) };
    let ok: Result<PgRow, sqlx::Error> = query.fetch_one(db).await;
    match ok {
        Ok(row) if row.get::<bool, _>("ok") => Ok(()),
        Ok(_) => Err(AppendError::KeyGone),
        Err(error) => Err(classify(error)),
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_effects<'q>(query: Query<'q>, effects: &'q [StoredEffect]) -> Query<'q> {
    let mut released = (Vec::new(), Vec::new());
    let mut claimed = (Vec::new(), Vec::new());
    let mut gates = (Vec::new(), Vec::new());
    for effect in effects {
        match effect {
            StoredEffect::Claim { kind, name } => {
                claimed.0.push(kind.as_str());
                claimed.1.push(name.as_slice());
            }
            StoredEffect::Release { kind, name } => {
                released.0.push(kind.as_str());
                released.1.push(name.as_slice());
            }
            StoredEffect::UsageGate { account, open } => {
                gates.0.push(account.as_str());
                gates.1.push(*open);
            }
        }
    }
    query.bind(released.0).bind(released.1).bind(claimed.0).bind(claimed.1).bind(gates.0).bind(gates.1)
}

fn classify(error: sqlx::Error) -> AppendError {
    let constraint = error.as_database_error().and_then(|database| database.constraint());
    match constraint {
        Some("events_pkey") => AppendError::Conflict,
        Some("claim_pkey") => AppendError::ClaimTaken,
        _ => AppendError::Store(error.into()),
    }
}

/// Who has a name, if anybody.
pub(crate) async fn claim_owner(
    db: impl PgExecutor<'_>,
    kind: ClaimKind,
    name: &[u8],
) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT owner FROM claim WHERE kind = $1 AND name = $2")
        .bind(kind.as_str())
        .bind(name)
        .fetch_optional(db)
        .await?)
}

impl StoredEffect {
    /// The stored form of `effect`; `hash` makes a name that is personal unreadable.
    pub(crate) fn of(effect: &Effect, hash: &dyn Fn(&str) -> Vec<u8>) -> Self {
        let stored = |kind: &ClaimKind, name: &str| match kind {
            ClaimKind::Email => hash(name),
            ClaimKind::OpenRequest => name.as_bytes().to_vec(),
        };
        match effect {
            Effect::Claim { kind, name } => Self::Claim { kind: *kind, name: stored(kind, name) },
            Effect::Release { kind, name } => Self::Release { kind: *kind, name: stored(kind, name) },
            Effect::UsageGate { account, open } => {
                Self::UsageGate { account: account.to_string(), open: *open }
            }
        }
    }
}
