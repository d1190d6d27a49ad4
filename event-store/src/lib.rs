//! What happened: the event log, the keys it is sealed with, and what must be stored beside it.
//!
//! Everything that is true is a row here; read models, jobs and mails are made from it. The rules
//! of the house: an event is appended in one statement and never changed; personal fields are
//! sealed before they reach the database; the log has one dense order that everything downstream
//! reads by position.

mod append;
mod appenders;
pub mod blocked;
mod connections;
mod contention;
mod context;
mod era;
pub mod erasure;
pub mod error;
pub mod executor;
pub mod failpoint;
mod gather;
pub mod held;
mod key_file;
mod lead;
pub mod leader;
pub mod lease;
mod load;
pub mod log;
pub mod object;
mod opening;
mod placed;
mod pool;
mod position;
pub mod proof;
pub mod reach;
mod recent;
mod repository;
pub mod retry;
pub mod role;
pub mod seal;
pub mod seed;
pub mod sequencer;
mod snapshot;
mod store;
mod stream;
pub mod tail;
mod unit;
pub mod usage;
pub mod vault;

pub use connections::{CONNECTIONS, FEWEST_CONNECTIONS, limit_connections, share_of};
pub use contention::Precedence;
pub use context::{Actor, CommandContext, CommitExtras, Origin};
pub use erasure::Erasures;
pub use error::StoreError;
pub use executor::{ExecuteError, Executed};
pub use gather::{BatchLoader, BatchResult};
pub use key_file::{KeyFileError, read_private};
pub use log::{LogEntry, LogHead};
pub use pool::{
    PinnedConnection, PinnedPool, connect_as_said, connect_lazily, is_this_machine, lookups, migrate,
    patient, remote_host, schema_is_current,
};
pub use seal::{KeyName, KeyProvider, KeyRing, MasterKey};
pub use sequencer::Sequencer;
pub use sqlx::PgPool as Pool;
pub use store::{EventStore, KeyedHasher};
pub use unit::{CommitError, Committed, UnitOfWork};
