//! What may happen: aggregates, commands, events and pure planners.
//!
//! Nothing here reads a clock, draws a random number or does I/O: time and ids come in through
//! [`Services`], and what must be done about an event is *planned* here and *executed* in
//! `workers`. So every rule can be tested in memory, and ninety days pass in milliseconds.

pub mod account;
pub mod effect;
pub mod email;
pub mod ids;
pub mod personal;
pub mod privacy_request;
pub mod sentence;
pub mod services;
pub mod snapshot;

pub use effect::{Effect, Effects};
pub use email::EmailAddress;
pub use ids::{AccountId, EventId, OperatorId, RequestId, SessionId};
pub use personal::{Personal, Scope, SubjectId};
pub use services::{Clock, IdSource, Services};
pub use snapshot::Snapshot;
