//! Why a rebuild ends early.

use event_store::StoreError;

/// Why a read model was not rebuilt. What was done so far stays for the next rebuild.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Another process is rebuilding it.
    #[error("another process is rebuilding it")]
    UnderWay,
    /// The tables that it had filled were removed or changed.
    #[error("the tables of the rebuild were changed meanwhile; rebuild anew")]
    Disturbed,
    /// A later release fills it.
    #[error("a later release fills it in another form; rebuild it with that release")]
    OfLaterRelease,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
