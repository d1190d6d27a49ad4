//! Personal values in columns of read models.
//!
//! Why a form of its own: a value in a column is bound to its row, not to a place in a stream, and a read model that is
//! made anew must be the same to the byte. So the nonce is not drawn but made from the value and its place by a key of
//! its own (a synthetic nonce, as in SIV, RFC 5297). What that tells: that a value in a row is the same as before, or the
//! same as in a backup. Which value it is, and that two rows hold the same, it does not.
//!
//! A sealed column is `key id (16 bytes) ‖ nonce (24) ‖ ciphertext and tag`. Nothing is written here.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::cipher::DataKey;
use crate::error::SealError;

/// Length of a key's id in bytes.
const KEY_ID: usize = 16;

/// Where a value lies: part of what it is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The table.
    pub table: &'a str,
    /// The key of the row.
    pub row: &'a str,
    /// The name of the column.
    pub name: &'a str,
}

impl Column<'_> {
    /// Length-prefixed, so that no two places write the same bytes.
    fn associated_data(&self, key: Uuid) -> Vec<u8> {
        [self.table.as_bytes(), self.row.as_bytes(), self.name.as_bytes(), key.as_bytes()]
            .iter()
            .flat_map(|part| [&(part.len() as u64).to_be_bytes(), *part].concat())
            .collect()
    }
}

/// The key of one person and scope, to seal columns with.
#[derive(Clone)]
pub struct ColumnKey(Arc<DataKey>);

impl ColumnKey {
    /// Seals columns with `key`.
    pub fn new(key: Arc<DataKey>) -> Self {
        Self(key)
    }

    /// Seals a value for its column.
    ///
    /// # Errors
    /// When encryption refuses the input.
    pub fn seal(&self, value: &str, at: Column<'_>) -> Result<Vec<u8>, SealError> {
        let Self(key) = self;
        let sealed = key.seal_alike(value.as_bytes(), &at.associated_data(key.id))?;
        Ok([key.id.as_bytes().as_slice(), &sealed].concat())
    }
}

impl fmt::Debug for ColumnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ColumnKey(…)")
    }
}

/// The id of the key that a column was sealed with.
///
/// # Errors
/// When it is no sealed column.
pub fn column_key_id(sealed: &[u8]) -> Result<Uuid, SealError> {
    let (id, _) = sealed.split_first_chunk::<KEY_ID>().ok_or(SealError::Malformed)?;
    Ok(Uuid::from_bytes(*id))
}

/// Opens a column; `None` where its key is not among `keys`: it was erased.
///
/// # Errors
/// When the column was changed, moved or sealed with another key.
pub fn open_column(
    sealed: &[u8],
    at: Column<'_>,
    keys: &HashMap<Uuid, Arc<DataKey>>,
) -> Result<Option<String>, SealError> {
    let Some(key) = keys.get(&column_key_id(sealed)?) else { return Ok(None) };
    let opened = key.open(sealed.get(KEY_ID..).unwrap_or_default(), &at.associated_data(key.id))?;
    let text: &Zeroizing<Vec<u8>> = &opened;
    std::str::from_utf8(text).map(|text| Some(text.to_owned())).map_err(|_| SealError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Column<'static> = Column { table: "account_view", row: "acc_1", name: "email" };

    fn key(id: u128) -> Arc<DataKey> {
        Arc::new(DataKey::generate(Uuid::from_u128(id)))
    }

    fn among(keys: &[&Arc<DataKey>]) -> HashMap<Uuid, Arc<DataKey>> {
        keys.iter().map(|key| (key.id, Arc::clone(key))).collect()
    }

    #[test]
    fn a_column_opens_in_its_place_and_with_its_key_alone() {
        let ours = key(1);
        let sealed = ColumnKey::new(ours.clone()).seal("ada@example.com", HERE).unwrap();
        assert!(!sealed.windows(3).any(|part| part == b"ada"));
        assert_eq!(column_key_id(&sealed).unwrap(), ours.id);
        let open = |sealed: &[u8], at, keys: &[&Arc<DataKey>]| open_column(sealed, at, &among(keys));
        assert_eq!(open(&sealed, HERE, &[&ours]).unwrap().as_deref(), Some("ada@example.com"));
        assert_eq!(open(&sealed, HERE, &[&key(2)]).unwrap(), None, "its key is gone");
        for elsewhere in [
            Column { row: "acc_2", ..HERE },
            Column { name: "name", ..HERE },
            Column { table: "member_view", ..HERE },
        ] {
            assert!(matches!(open(&sealed, elsewhere, &[&ours]), Err(SealError::AuthenticationFailed)));
        }
        assert!(matches!(open(&sealed, HERE, &[&key(1)]), Err(SealError::AuthenticationFailed)));
        assert!(matches!(open(b"short", HERE, &[&ours]), Err(SealError::Malformed)));
        assert!(matches!(open(&sealed[..20], HERE, &[&ours]), Err(SealError::Malformed)));
    }

    #[test]
    fn what_is_the_same_in_the_same_place_seals_alike_and_nothing_else_does() {
        let (ours, other) = (ColumnKey::new(key(1)), ColumnKey::new(key(1)));
        let seal = |key: &ColumnKey, value, at| key.seal(value, at).unwrap();
        let sealed = seal(&ours, "Ada", HERE);
        assert_eq!(seal(&ours, "Ada", HERE), sealed);
        for differing in [
            seal(&ours, "Eve", HERE),
            seal(&ours, "Ada", Column { row: "acc_2", ..HERE }),
            seal(&ours, "Ada", Column { name: "name", ..HERE }),
            seal(&other, "Ada", HERE),
        ] {
            assert_ne!(differing[KEY_ID..KEY_ID + 24], sealed[KEY_ID..KEY_ID + 24], "no nonce twice");
        }
    }
}
