//! Sealing: personal data is encrypted field by field before it is stored, with a key of its
//! subject and scope. Destroying the key erases the data in every copy of the events at once, while
//! the events stay. A backup of the whole database holds the wrapped keys too: with the master key
//! it still opens (ADR 0003).

mod cipher;
mod keys;
mod master;
mod payload;

pub use cipher::{DataKey, SealError};
pub use keys::{DestroyedKey, KeyName, KeyRing, NewKey};
pub use master::MasterKey;
pub use payload::{Place, open_payload, personal_subjects, seal_payload, sealing_keys};
