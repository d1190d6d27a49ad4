//! Sealing: personal data is encrypted field by field before it is stored, with a key of its
//! subject and scope. Destroying the key erases the data everywhere at once, backups included,
//! while the event stays.

mod cipher;
mod keys;
mod master;
mod payload;

pub use cipher::{DataKey, SealError};
pub use keys::{DestroyedKey, KeyName, KeyRing};
pub use master::MasterKey;
pub use payload::{Place, open_payload, personal_subjects, seal_payload, sealing_keys};
