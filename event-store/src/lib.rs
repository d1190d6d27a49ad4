//! What happened: the event log, the keys it is sealed with, and what must be stored beside it.
//!
//! Everything that is true is a row here; read models, jobs and mails are made from it. The rules
//! of the house: an event is appended in one statement and never changed; personal fields are
//! sealed before they reach the database; the log has one dense order that everything downstream
//! reads by position.

mod append;
mod era;
pub mod erasure;
pub mod error;
pub mod executor;
pub mod leader;
pub mod lease;
pub mod log;
pub mod object;
mod pool;
mod repository;
pub mod retry;
pub mod seal;
pub mod sequencer;
mod store;
pub mod usage;
pub mod vault;

pub use erasure::Erasures;
pub use error::StoreError;
pub use executor::{Actor, Attached, CommandContext, ExecuteError, Executed, Origin};
pub use log::{LogEntry, LogHead};
pub use pool::{connect_lazily, migrate, schema_is_current};
pub use seal::{KeyName, KeyProvider, KeyRing, MasterKey};
pub use sequencer::Sequencer;
pub use store::EventStore;
