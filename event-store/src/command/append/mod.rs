//! Appends events: the one [`statement`], group commit, and transactions.
//!
//! A command's events, the claims they take or give up, the gates they turn and the snapshot of its
//! aggregate are written by one [`statement`], together or not at all. Commands that wait while one
//! statement is on its way are stored together by the next ([`group_commit`]), and each still succeeds or fails by
//! itself. What needs a transaction of its own is written [in one](transaction).

pub(crate) mod group_commit;
pub(crate) mod read_set;
pub(crate) mod statement;
pub(crate) mod transaction;

use std::fmt::{self, Display};
use std::sync::Arc;

use domain::effect::{ClaimKind, Effect};
use sqlx::PgPool;
use uuid::Uuid;

use crate::aggregate::snapshot::SealedSnapshot;
use crate::encryption::KeyRing;
use crate::error::StoreError;
use crate::failpoint;
use crate::log::Log;
use crate::records::{RecordError, RecordWrite};

use group_commit::{AppendOutcome, GroupCommitter, StatementFailed};
use read_set::ReadVersion;

/// An event as it is stored: sealed.
pub(crate) struct SealedEvent {
    pub event_id: Uuid,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: String,
    pub metadata: String,
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
    /// The types of the events, for a reader who looks for the place in a test.
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

/// What is stored together, or not at all.
pub(crate) struct Commit {
    /// Of different streams, in their order: so that writers wait for each other in one direction only.
    pub appends: Vec<Arc<Append>>,
    pub records: Vec<RecordWrite>,
    /// What it rests on besides, where several aggregates were looked at.
    pub read_set: Option<Vec<ReadVersion>>,
}

impl Commit {
    /// The append, where it is one statement's work.
    fn alone(&self) -> Option<&Arc<Append>> {
        match self.appends.as_slice() {
            [append] if self.records.is_empty() && self.read_set.is_none() => Some(append),
            _ => None,
        }
    }

    /// The types of the events, of each stream.
    fn types(&self) -> impl Display {
        fmt::from_fn(|f| {
            let mut appends = self.appends.iter().enumerate();
            appends
                .try_for_each(|(n, append)| write!(f, "{}{}", if n == 0 { "" } else { ", " }, append.types()))
        })
    }
}

/// Stores commits. Clones share everything.
#[derive(Clone)]
pub(crate) struct Appender {
    pool: PgPool,
    /// Connections on which events may be appended.
    appending: PgPool,
    group_commit: GroupCommitter,
    keys: Arc<KeyRing>,
    log: Log,
}

impl Appender {
    pub(crate) fn new(pool: PgPool, appending: PgPool, keys: Arc<KeyRing>, log: Log) -> Self {
        let group_commit = GroupCommitter::new(&pool);
        Self { pool, appending, group_commit, keys, log }
    }

    /// Stores `commit`: with the commands of others where one statement does it; in a transaction where it takes one, or where
    /// the others may have been the trouble.
    pub(crate) async fn write(&self, commit: &Commit) -> Result<(), AppendError> {
        failpoint::reach("store: writing", commit.types());
        let said = match commit.alone() {
            Some(append) => match self.group_commit.append(Arc::clone(append)).await {
                AppendOutcome::Answered(said) => said,
                AppendOutcome::Failed(StatementFailed { in_doubt }) => {
                    self.write_until_known(commit, in_doubt).await
                }
            },
            None => self.write_until_known(commit, false).await,
        };
        match &said {
            Ok(()) => {
                failpoint::reach("store: written", commit.types());
                self.log.notify_appended();
            }
            Err(AppendError::KeyDestroyed) => {
                let keys = commit.appends.iter().flat_map(|append| append.required_keys.iter().copied());
                self.keys.evict_ids(keys.collect()).await;
            }
            Err(_) => {}
        }
        said
    }

    /// Closes its connections.
    pub(crate) async fn close(&self) {
        self.group_commit.connections().close().await;
        crate::postgres::close(&self.appending).await;
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

    /// The same, when the database could not be asked what came of it.
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
