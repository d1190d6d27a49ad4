//! Opening sealed values of many events with one look-up of keys.
//!
//! Whether a key lives is asked of the database each time, so nothing erased elsewhere is opened once more. A
//! key that was tampered with costs the values under it, and no others: those read as forged, each at its own
//! event. Nothing is written.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::encryption::{self, AssociatedData, ColumnKey, DataKey, KeyRing, SealError};
use crate::error::StoreError;

/// Keys to open with. Values under one that is missing were erased.
pub(crate) struct EventDecryptor {
    known: HashMap<Uuid, Arc<DataKey>>,
    /// Those that cannot be had because they were tampered with.
    forged: BTreeSet<Uuid>,
}

impl EventDecryptor {
    /// The keys under which these values are sealed.
    pub(crate) async fn of<'a>(
        keys: &KeyRing,
        values: impl Iterator<Item = &'a Value>,
    ) -> Result<Self, StoreError> {
        let mut ids = BTreeSet::new();
        for value in values {
            // An envelope that is malformed is found again, with its event, when it is opened.
            let _ = encryption::sealing_keys(value, &mut ids);
        }
        match keys.keys_by_id_fresh(&ids).await {
            Ok(known) => Ok(Self { known, forged: BTreeSet::new() }),
            Err(StoreError::Seal(SealError::AuthenticationFailed | SealError::Malformed)) => {
                Self::one_by_one(keys, &ids).await
            }
            Err(error) => Err(error),
        }
    }

    async fn one_by_one(keys: &KeyRing, ids: &BTreeSet<Uuid>) -> Result<Self, StoreError> {
        let (mut known, mut forged) = (HashMap::new(), BTreeSet::new());
        for id in ids {
            match keys.keys_by_id_fresh(&BTreeSet::from([*id])).await {
                Ok(found) => known.extend(found),
                Err(StoreError::Seal(SealError::AuthenticationFailed | SealError::Malformed)) => {
                    forged.insert(*id);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Self { known, forged })
    }

    /// The one key with which the personal values in `value` were sealed; none where it was destroyed, or where they are of
    /// several.
    pub(crate) fn only(&self, value: &Value) -> Option<ColumnKey> {
        let mut ids = BTreeSet::new();
        encryption::sealing_keys(value, &mut ids).ok()?;
        let id = ids.pop_first().filter(|_| ids.is_empty())?;
        self.known.get(&id).cloned().map(ColumnKey::new)
    }

    /// Opens a value at its place.
    pub(crate) fn open(&self, value: Value, place: AssociatedData<'_>) -> Result<Value, SealError> {
        if !self.forged.is_empty() {
            let mut own = BTreeSet::new();
            encryption::sealing_keys(&value, &mut own)?;
            if !own.is_disjoint(&self.forged) {
                return Err(SealError::AuthenticationFailed);
            }
        }
        encryption::open_payload(value, place, &self.known)
    }
}
