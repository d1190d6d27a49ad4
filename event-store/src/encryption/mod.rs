//! Sealing: personal data is encrypted field by field before it is stored, with a key of its
//! subject and scope. Destroying the key erases the data in every copy of the events at once, while
//! the events stay. A backup of the whole database holds the wrapped keys too: with the master key
//! it still opens (ADR 0003), and is erased again by the ledger when it is restored (ADR 0009). The data
//! keys themselves are wrapped by master keys, which a [provider](KeyProvider) has: a file, the
//! environment, or HashiCorp Vault.

mod cipher;
mod column;
pub(crate) mod event_keys;
mod key_cache;
pub(crate) mod key_file;
mod key_name;
mod key_ring;
mod key_table;
mod keyed_hash;
mod master;
pub mod master_holders;
mod master_rotation;
mod payload;
#[cfg(test)]
mod properties;

pub use crate::error::SealError;
pub use cipher::DataKey;
pub use column::{Column, ColumnKey, column_key_id, open_column};
pub use key_file::{KeyFileError, read_private};
pub use key_name::{DestroyedKey, KeyName};
pub use key_ring::KeyRing;
pub use key_table::NewKey;
pub use keyed_hash::KeyedHasher;
pub use master::{
    KeyProvider, LocalKeys, MasterIds, MasterKey, Providers, Token, Transit, TransitConfig, WrappedKey,
    add_key, put_first,
};
pub use master_rotation::{Rewrapped, Rotation};
pub(crate) use payload::seal_text;
pub use payload::{AssociatedData, open_payload, personal_subjects, seal_payload, sealing_keys};
