//! Snapshots: an aggregate written down as it stands, so that a long history costs no more than a short
//! one.
//!
//! Every [`EVERY`] events a command carries one along, in the statement that stores its events. A
//! snapshot is never authoritative: one that is missing, of another version or damaged is as good as
//! none. Its personal values are sealed with the very keys their events are sealed with, and the
//! statement locks those: a snapshot cannot carry data beyond the erasure of its events.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::stream::StreamQuery;
use crate::encryption::{self, AssociatedData, KeyRing};
use crate::error::StoreError;

/// Events between two snapshots of an aggregate.
pub(crate) const EVERY: u64 = 10;

/// An aggregate as it stands after a command, in plain text.
pub(crate) struct NewSnapshot {
    /// The version of the form.
    pub schema_version: i32,
    /// The aggregate.
    pub aggregate: Value,
    /// How many events it has after the command.
    pub version: u64,
    /// The keys that opened what is in it, events of the command aside.
    pub keys: BTreeSet<Uuid>,
}

/// The same, sealed.
pub(crate) struct SealedSnapshot {
    pub schema_version: i32,
    pub aggregate: String,
}

/// A snapshot, opened.
pub(crate) struct StoredSnapshot {
    /// The aggregate.
    pub aggregate: Value,
    /// Its newest event.
    pub version: u64,
    /// The keys that opened it.
    pub keys: BTreeSet<Uuid>,
}

impl NewSnapshot {
    /// Seals it, and adds the keys that must live when it is stored.
    pub(crate) async fn seal(
        self,
        keys: &KeyRing,
        (aggregate_type, aggregate_id): (&str, &str),
        required_keys: &mut BTreeSet<Uuid>,
    ) -> Result<SealedSnapshot, StoreError> {
        let keys = keys.active_keys(encryption::personal_subjects(&self.aggregate)?).await?;
        required_keys.extend(self.keys.iter().chain(keys.values().map(|key| &key.id)));
        let place = place(aggregate_type, aggregate_id, self.version);
        let aggregate = encryption::seal_payload(self.aggregate, place, &keys)?;
        Ok(SealedSnapshot { schema_version: self.schema_version, aggregate: aggregate.to_string() })
    }
}

/// Opens the snapshot of an aggregate.
pub(crate) async fn open(
    keys: &KeyRing,
    of: &StreamQuery,
    row: &PgRow,
) -> Result<StoredSnapshot, StoreError> {
    let version = row.try_get::<i64, _>("sequence")?.cast_unsigned();
    let sealed: Value = row.try_get("content")?;
    let mut ids = BTreeSet::new();
    encryption::sealing_keys(&sealed, &mut ids)?;
    let keys = keys.keys_by_id(&ids).await?;
    let aggregate =
        encryption::open_payload(sealed, place(of.aggregate_type, &of.aggregate_id, version), &keys)?;
    Ok(StoredSnapshot { aggregate, version, keys: keys.into_keys().collect() })
}

fn place<'a>(aggregate_type: &'a str, aggregate_id: &'a str, version: u64) -> AssociatedData<'a> {
    AssociatedData {
        aggregate_type,
        aggregate_id,
        sequence: version.cast_signed(),
        event_type: "snapshot",
        column: "aggregate",
    }
}
