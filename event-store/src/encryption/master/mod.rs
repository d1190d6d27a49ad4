//! Master keys, with which the data keys are wrapped. A [provider](KeyProvider) has them, [`local`] or at a [`transit`]
//! engine.

mod key;
mod local;
mod provider;
mod transit;

pub use key::MasterKey;
pub use local::{LocalKeys, add_key, put_first};
pub use provider::{KeyProvider, MasterIds, Providers, WrappedKey};
pub use transit::{Token, Transit, TransitConfig};
