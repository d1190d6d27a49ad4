//! What must be kept but may not be part of an event: secrets, keys, sessions, answers already given.
//!
//! Rows here are changed and really deleted. Where one belongs to an event, it is written in the
//! event's own transaction ([`RecordWrite`]).

pub(crate) mod account;
pub mod authentication;
pub mod authenticator_app;
pub mod credential;
pub mod device;
pub mod email_link;
pub(crate) mod ending;
pub mod failed_try;
pub mod idempotency;
pub mod invitation;
pub mod one_time_code;
pub mod operator_session;
pub mod operator_token;
pub mod outbox;
pub mod pace;
pub mod passkey;
pub mod passkey_challenge;
pub mod password;
pub mod rate_limit;
pub mod recovery_code;
pub mod session;
pub mod session_device;
mod write;

pub use write::RecordWrite;

use std::sync::Arc;

use domain::Services;
use sqlx::PgPool;

use crate::encryption::KeyRing;
use crate::error::StoreError;

/// A handle to the records: the database, and the keys with which they are sealed and hashed.
#[derive(Clone)]
pub struct Records {
    pool: PgPool,
    keys: Arc<KeyRing>,
    services: Services,
}

impl Records {
    pub(crate) fn new(pool: PgPool, keys: Arc<KeyRing>, services: Services) -> Self {
        Self { pool, keys, services }
    }
}

/// Why a record was not written, and with it nothing else of the command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("what it rests on was used up meanwhile")]
    AlreadyUsed,
    #[error("what was proved counts no more")]
    ProofOver,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for RecordError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What works once must be there to be used.
fn spent_unless(found: bool) -> Result<(), RecordError> {
    if found { Ok(()) } else { Err(RecordError::AlreadyUsed) }
}
