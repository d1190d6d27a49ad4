//! What must be kept but may not be part of an event: secrets, keys, sessions, answers already given.
//!
//! Rows here are changed and really deleted. Where one belongs to an event, it is written in the
//! event's own transaction ([`RecordWrite`]).

pub(crate) mod account;
pub mod authentication;
mod bar;
pub mod credential;
pub mod device;
pub mod email_link;
pub(crate) mod ending;
pub mod failed_try;
pub mod idempotency;
pub mod invitation;
pub mod one_time_code;
pub mod operator_token;
pub mod outbox;
pub mod pace;
pub mod password;
pub mod rate_limit;
pub mod recovery_code;
pub mod session;
pub mod session_device;
mod write;

pub use bar::Bar;
pub use write::RecordWrite;

use sqlx::postgres::PgQueryResult;

use crate::command::append::AppendError;
use crate::error::StoreError;

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

/// What works once must be there to be used.
fn spent_unless(found: bool) -> Result<(), AppendError> {
    if found { Ok(()) } else { Err(AppendError::AlreadyUsed) }
}
