//! What must be kept but may not be part of an event: secrets, keys, sessions, answers already given.
//!
//! Rows here are changed and really deleted. Where one belongs to an event, it is written in the
//! event's own transaction ([`RecordWrite`]).

pub(crate) mod account;
pub mod authentication;
mod bar;
pub mod challenge;
pub mod credential;
pub mod device;
pub(crate) mod ending;
pub mod failed_try;
pub mod idempotency;
pub mod invitation;
pub mod link;
pub mod operator;
pub mod outgoing;
pub mod pace;
pub mod recovery;
pub mod secret;
pub mod session;
pub mod session_device;
pub mod throttle;
mod write;

pub use bar::Bar;
pub use write::RecordWrite;

use sqlx::postgres::PgQueryResult;

use crate::append::AppendError;
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
