//! What rows of `events`, `log` and what follows from them hold.

use std::borrow::Cow;

use log_proof::{Hash, StoredEvent, hash::NoHash};
use sqlx::Row;
use sqlx::postgres::PgRow;

/// The event that a row holds which has every column, `recorded_at` as seconds.
pub(crate) fn stored_event(row: &PgRow) -> Result<StoredEvent<'_>, sqlx::Error> {
    let text = |column: &str| row.try_get::<&str, _>(column).map(Cow::Borrowed);
    Ok(StoredEvent {
        event_id: row.try_get("event_id")?,
        aggregate_type: text("aggregate_type")?,
        aggregate_id: text("aggregate_id")?,
        sequence: row.try_get("sequence")?,
        event_type: text("event_type")?,
        event_version: text("event_version")?,
        recorded_at: text("recorded_at")?,
        payload: text("payload")?,
        metadata: text("metadata")?,
    })
}

/// The hash in a column of a row.
pub(crate) fn hash(row: &PgRow, column: &str) -> Result<Hash, sqlx::Error> {
    let bytes: &[u8] = row.try_get(column)?;
    Hash::from_slice(bytes)
        .ok_or_else(|| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(NoHash) })
}
