//! What must be kept but may not be part of an event: secrets, keys, sessions, answers already given.
//!
//! Rows here are changed and really deleted. Where one belongs to an event, it is written in the
//! event's own transaction ([`VaultWrite`]).

pub mod idempotency;
pub mod operator;
pub mod secret;
pub mod session;

use domain::{AccountId, SessionId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

use crate::error::StoreError;
use crate::seal::NewKey;
use chrono::{DateTime, Utc};

/// Rows that housekeeping deletes in one transaction: a long one would hold back the order of events.
const SWEPT_AT_ONCE: i64 = 1_000;

/// Deletes in small transactions until nothing is left to delete. Returns how many rows.
pub(crate) async fn sweep<F>(delete: impl Fn(i64) -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<PgQueryResult, sqlx::Error>>,
{
    let mut swept = 0;
    loop {
        let deleted = delete(SWEPT_AT_ONCE).await?.rows_affected();
        swept += deleted;
        if deleted < SWEPT_AT_ONCE.cast_unsigned() {
            return Ok(swept);
        }
    }
}

/// A write to the vault that comes true with the events of a command, or not at all.
#[derive(Clone)]
pub enum VaultWrite {
    /// Keep a secret, hashed or sealed, instead of the owner's former one of the kind.
    PutSecret {
        /// What it is.
        kind: secret::SecretKind,
        /// Whose it is.
        owner: String,
        /// The hashed or sealed value.
        value: Vec<u8>,
    },
    /// Keep a key, unless one of its name lives.
    KeepKey(NewKey),
    /// Begin a session.
    OpenSession(session::NewSession),
    /// End a session.
    EndSession(SessionId),
    /// End every session of an account but one.
    EndOtherSessions {
        /// Whose.
        account: AccountId,
        /// The one that stays.
        except: SessionId,
    },
    /// The password was given again in a session.
    Elevate {
        /// Which.
        session: SessionId,
        /// When.
        at: DateTime<Utc>,
    },
}

impl VaultWrite {
    pub(crate) async fn execute(&self, db: &mut PgConnection) -> Result<(), StoreError> {
        match self {
            Self::PutSecret { kind, owner, value } => secret::put(db, *kind, owner, value).await,
            Self::KeepKey(key) => key.keep(db).await.map(drop),
            Self::OpenSession(new) => session::open(db, new).await,
            Self::EndSession(session) => session::end(db, *session).await,
            Self::EndOtherSessions { account, except } => session::end_others(db, *account, *except).await,
            Self::Elevate { session, at } => session::elevate(db, *session, *at).await,
        }
    }
}
