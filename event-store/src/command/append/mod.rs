//! What makes something have happened.
//!
//! A command's events, the claims they take or give up, the gates they turn and the snapshot of its
//! aggregate are written by one [`statement`], together or not at all. Commands that wait while one
//! statement is on its way travel together in the next ([`group_commit`]), and each still succeeds or fails by
//! itself. What needs a transaction of its own goes [in a transaction](transaction).

pub(crate) mod group_commit;
pub(crate) mod read_set;
pub(crate) mod statement;
pub(crate) mod transaction;

use std::fmt::{self, Display};

use domain::effect::{ClaimKind, Effect};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::error::StoreError;
use crate::records::RecordError;

/// An event as it is stored: sealed.
pub(crate) struct SealedEvent {
    pub event_id: Uuid,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: String,
    pub metadata: String,
}

/// An aggregate as it stands after the events, sealed.
pub(crate) struct SealedSnapshot {
    pub schema_version: i32,
    pub aggregate: String,
}

/// What one command appends to one stream.
pub(crate) struct Append {
    pub aggregate_type: &'static str,
    pub aggregate_id: String,
    /// At least one; their sequences follow each other.
    pub events: Vec<SealedEvent>,
    /// Keys that must still live: those the events are sealed with, those that opened what a snapshot
    /// holds, and those the caller names.
    pub required_keys: Vec<Uuid>,
    pub effects: Vec<StoredEffect>,
    pub snapshot: Option<SealedSnapshot>,
    /// Whether the command has the [turn](super::contention) of the stream.
    pub in_turn: bool,
}

impl Append {
    /// The types of the events, for who looks for the place in a test.
    pub(crate) fn types(&self) -> impl Display {
        fmt::from_fn(|f| {
            let mut types: Vec<&str> = self.events.iter().map(|event| event.event_type.as_str()).collect();
            types.dedup();
            f.write_str(&types.join("+"))
        })
    }

    /// The sequence of the first event.
    pub(crate) fn first(&self) -> i64 {
        self.events.first().map_or(0, |event| event.sequence)
    }
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
    KeyDestroyed,
    #[error("what it rests on was used up meanwhile")]
    AlreadyUsed,
    #[error("what was proved counts no more")]
    ProofOver,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AppendError {
    /// Whether it may have been carried out all the same: the connection broke, or the server was going.
    pub(crate) fn is_in_doubt(&self) -> bool {
        use sqlx::Error as E;
        let Self::Store(StoreError::Unavailable(error)) = self else { return false };
        match error {
            E::PoolTimedOut | E::PoolClosed => false,
            E::Database(database) => database.code().is_some_and(|code| code.starts_with("57P")),
            _ => true,
        }
    }

    /// The same, when nobody could be asked what came of it.
    pub(crate) fn doubtful(self) -> Self {
        match self {
            Self::Store(StoreError::Unavailable(error)) => Self::Store(StoreError::OutcomeUnknown(error)),
            other => other,
        }
    }
}

impl From<RecordError> for AppendError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::AlreadyUsed => Self::AlreadyUsed,
            RecordError::ProofOver => Self::ProofOver,
            RecordError::Store(error) => Self::Store(error),
        }
    }
}

impl From<sqlx::Error> for AppendError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(|database| database.constraint());
        match constraint {
            Some("events_pkey") => Self::Conflict,
            Some("claim_pkey") => Self::ClaimTaken,
            _ => Self::Store(error.into()),
        }
    }
}

/// Who has the first of `names` that anybody has.
pub(crate) async fn first_claim_owner(
    db: impl PgExecutor<'_>,
    kind: ClaimKind,
    names: &[Vec<u8>],
) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT owner FROM claim WHERE kind = $1 AND name = ANY($2) ORDER BY array_position($2, name) LIMIT 1",
    )
    .bind(kind.as_str())
    .bind(names)
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
