//! What a read model is: its tables, what it wants of the log, and how it folds.

use async_trait::async_trait;
use event_store::StoreError;
use event_store::log::subscription::{LogRecord, Selection};
use sqlx::PgConnection;

/// A read model.
#[async_trait]
pub trait Projection: Send + Sync + 'static {
    /// Its name: that of its cursor, never changed.
    fn name(&self) -> &'static str;

    /// Raised when it folds otherwise or into other columns than before: what the release before has
    /// filled must then be rebuilt.
    fn revision(&self) -> i32 {
        1
    }

    /// Its tables.
    fn tables(&self) -> &'static [Table];

    /// What it wants of the log.
    fn selection(&self) -> Selection;

    /// Folds facts, given in order and each exactly once, into its tables. It names tables without a
    /// schema: a rebuild folds into others of the same name.
    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError>;

    /// As [`project`](Self::project), into tables that were filled in form `revision`: its own, or, until it is rebuilt,
    /// that of the release before, which may run beside this one and read them.
    async fn project_into(
        &self,
        db: &mut PgConnection,
        facts: &[&LogRecord],
        _revision: i32,
    ) -> Result<(), ApplyError> {
        self.project(db, facts).await
    }
}

/// A table of a read model.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub writing: Writing,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Rows are found by their key and changed: the key must stand while the table is filled.
    ByKey,
    /// Rows are only added: a rebuild makes all indexes when the rows are there.
    Added,
}

/// Why facts could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// One of them cannot be taken. The reason is a fixed text, so that it holds nothing personal.
    #[error("the event at position {position} cannot be taken: {reason}")]
    Refused {
        /// Which one.
        position: i64,
        /// Why.
        reason: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ApplyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a failure to fold is due to.
pub(crate) enum FailureCause {
    /// The event at this position.
    Event(i64, String),
    /// One of the events, or several.
    Unattributed(String),
    /// No event: trying again may help, or an operator has to act.
    Store(StoreError),
}

impl FailureCause {
    /// The same as an error of the store, where events were folded one by one already.
    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Event(_, reason) | Self::Unattributed(reason) => StoreError::Unreadable(reason),
        }
    }
}

impl From<StoreError> for FailureCause {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for FailureCause {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<ApplyError> for FailureCause {
    fn from(failure: ApplyError) -> Self {
        match failure {
            ApplyError::Refused { position, reason } => Self::Event(position, reason.to_owned()),
            ApplyError::Store(error) => match refused_values(&error) {
                Some(reason) => Self::Unattributed(reason),
                None => Self::Store(error),
            },
        }
    }
}

/// Whether the database refused what was to be written, and not the writing: data exceptions, integrity
/// constraints, and rows or keys that are too large (SQLSTATE classes 22, 23 and 54). The text of such an
/// error may quote values; its code and the names of ours it bears do not.
fn refused_values(error: &StoreError) -> Option<String> {
    let StoreError::Database(source) = error else { return None };
    let source = source.as_database_error()?;
    let code = source.code()?;
    if !["22", "23", "54"].iter().any(|class| code.starts_with(class)) {
        return None;
    }
    let within = source.constraint().map(|name| format!(", {name}")).unwrap_or_default();
    Some(format!("the database refuses its values (SQLSTATE {code}{within})"))
}
