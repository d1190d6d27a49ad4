//! What is done about it: the background workers. They run privacy requests and timers, send messages to account holders,
//! relay the log to NATS, keep house, and sign and verify the log.
//!
//! The log is the truth and NATS carries wake-ups. A message names a privacy request; the worker
//! loads it, asks the planner what is due, does one step, records it, and asks again. So a message
//! that comes twice finds nothing to do, and one that is lost is made up for by the scheduler's
//! sweep.

pub mod checkpoint_signer;
mod error_chain;
mod escaped;
mod failed_tries;
mod heartbeat;
pub mod housekeeping;
pub mod jobs;
pub mod messages;
pub mod nats;
pub mod privacy_requests;
mod schedule;
pub mod scheduler;
mod texts;
pub mod timers;
pub mod verifications;

pub use checkpoint_signer::Checkpoints;
pub use messages::{DropDirectories, MessageDispatcher};
pub use nats::{Bus, BusConfig, LeadError, Relay};
pub use privacy_requests::sources::{DataSource, Sources};
pub use privacy_requests::{JobError, WorkerContext};
pub use scheduler::Scheduler;
pub use texts::Texts;
pub use verifications::Verifications;
