//! Why a command, or a unit of work, led to nothing.

use domain::effect::ClaimKind;

use crate::error::StoreError;

/// Why nothing was stored. Only after [`StoreError::OutcomeUnknown`] it may have been, as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<E> {
    /// The aggregate refuses, or the unit of work gave up by itself.
    #[error(transparent)]
    Refused(E),
    /// A name it needs belongs to another aggregate.
    #[error("the {} is taken", .kind.as_str())]
    Taken {
        /// Which set of names.
        kind: ClaimKind,
        /// Id of the aggregate that has it.
        owner: String,
    },
    /// A key the caller named was destroyed.
    #[error("the data this rests on was erased meanwhile")]
    KeyDestroyed,
    /// A link, a code or whatever else works once was used meanwhile.
    #[error("what this rests on was used meanwhile")]
    AlreadyUsed,
    /// What the caller proved of themselves counts no more: the account was changed meanwhile.
    #[error("what was proved counts no more")]
    ProofOver,
    /// Others were faster again and again.
    #[error("too many commands for one aggregate at once")]
    Contended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
