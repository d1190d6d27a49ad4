//! What is done about it: the relay, the jobs, the data sources, the archive, the messages to account
//! holders, the scheduler.
//!
//! The log is the truth and NATS carries wake-ups. A message names a privacy request; the worker
//! loads it, asks the planner what is due, does one step, records it, and asks again. So a message
//! that comes twice finds nothing to do, and one that is lost is made up for by the scheduler's
//! sweep.

pub mod archive;
mod beside;
pub mod checkpoints;
mod error_chain;
mod failed_tries;
mod hours;
pub mod jobs;
pub mod messages;
pub mod nats;
pub mod pruning;
pub mod scheduler;
pub mod sources;
pub mod steps;
mod text;
pub mod timers;
pub mod verifications;
mod workbench;

pub use checkpoints::Checkpoints;
pub use jobs::JobError;
pub use messages::{DropDirectories, MessageDispatcher};
pub use nats::{Bus, BusConfig, LeadError, Relay};
pub use scheduler::Scheduler;
pub use sources::{DataSource, Sources};
pub use verifications::Verifications;
pub use workbench::WorkerContext;
