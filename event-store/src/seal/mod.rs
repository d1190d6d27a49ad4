//! Sealing: personal data is encrypted field by field before it is stored, with a key of its
//! subject and scope. Destroying the key erases the data in every copy of the events at once, while
//! the events stay. A backup of the whole database holds the wrapped keys too: with the master key
//! it still opens (ADR 0003), and is erased again by the ledger when it is restored (ADR 0009). The data
//! keys themselves are wrapped by master keys, which a [provider](KeyProvider) has: a file, the
//! environment, or HashiCorp Vault.

mod cipher;
mod column;
pub mod holders;
mod keys;
mod local;
mod master;
mod payload;
#[cfg(test)]
mod properties;
mod provider;
mod rotate;
mod transit;

pub use cipher::{DataKey, SealError};
pub use column::{Column, ColumnKey, column_key_id, open_column};
pub use keys::{DestroyedKey, KeyName, KeyRing, NewKey};
pub use local::{LocalKeys, add_key, put_first};
pub use master::MasterKey;
pub(crate) use payload::seal_text;
pub use payload::{AssociatedData, open_payload, personal_subjects, seal_payload, sealing_keys};
pub use provider::{KeyProvider, MasterIds, Providers, WrappedKey};
pub use rotate::{Rewrapped, Rotation};
pub use transit::{Token, Transit, TransitConfig};
