//! What happened: the event log, the keys it is sealed with, and what must be stored beside it.
//!
//! Everything that is true is a row here; read models, jobs and mails are made from it. The rules
//! of the house: an event is appended in one statement and never changed; personal fields are
//! sealed before they reach the database; the log has one dense order that everything downstream
//! reads by position.

mod aggregate;
mod command;
pub mod encryption;
pub mod erasure;
pub mod error;
pub mod failpoint;
pub mod log;
pub mod postgres;
pub mod proof;
pub mod reach;
mod read_only;
pub mod records;
mod store;
pub mod usage;

pub use command::{
    Bar, CommandContext, CommitExtras, Committed, ExecuteError, Executed, Origin, Precedence,
    SealedEventRepository, UnitOfWork,
};
pub use encryption::{KeyFileError, KeyName, KeyProvider, KeyRing, KeyedHasher, MasterKey, read_private};
pub use erasure::Erasures;
pub use error::StoreError;
pub use log::{Log, LogEntry, LogHead, Sequencer};
pub use postgres::{
    BatchLoader, BatchResult, CONNECTIONS, FEWEST_CONNECTIONS, PinnedConnection, PinnedPool, connect_as_said,
    connect_lazily, is_this_machine, limit_connections, lookups, migrate, patient, remote_host,
    schema_is_current, share_of,
};
pub use sqlx::PgPool as Pool;
pub use store::EventStore;
