//! Master keys: with them the data keys are wrapped. A [provider](KeyProvider) has them, [`local`] or at a [`transit`]
//! engine; they are [rotated](rotation), and every process tells which it [has](holders).

pub mod holders;
mod key;
mod local;
mod provider;
mod rotation;
mod transit;

pub use key::MasterKey;
pub use local::{LocalKeys, add_key, put_first};
pub use provider::{KeyProvider, MasterIds, Providers, WrappedKey};
pub use rotation::{Rewrapped, Rotation};
pub use transit::{Token, Transit, TransitConfig};
