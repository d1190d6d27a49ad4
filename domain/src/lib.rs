//! What may happen: aggregates, commands, events and pure planners.
//!
//! Nothing here reads a clock, draws a random number or does I/O: time and ids come in through
//! [`Services`], and what must be done about an event is *planned* here and *executed* in
//! `workers`. So every rule can be tested in memory, and ninety days pass in milliseconds.

pub mod account;
pub mod actor;
mod aggregate;
pub mod authentication;
pub mod effect;
pub mod email;
pub mod event;
pub mod ids;
pub mod language;
pub mod law;
pub mod message;
mod notice;
pub mod operator;
pub mod organization;
pub mod personal;
pub mod phone;
pub mod privacy_request;
pub mod project;
pub mod sentence;
pub mod services;
pub mod snapshot;
#[cfg(test)]
mod testing;
pub mod time_zone;
pub mod timer;
mod topic;
pub mod undeliverable;
pub mod upcast;
pub mod user_agent;

pub use actor::Actor;
pub use effect::{Effect, Effects};
pub use email::EmailAddress;
pub use event::Event;
pub use ids::{
    AccountId, ChallengeId, CredentialId, EmailChangeId, EventId, InvitationId, MembershipId, MessageId,
    OperatorId, OrganizationId, PasskeyId, ProjectId, RequestId, SessionId,
};
pub use language::Language;
pub use personal::{Personal, Scope, SubjectId};
pub use phone::PhoneNumber;
pub use services::{Clock, IdSource, Services};
pub use snapshot::{Snapshot, Standalone};
pub use time_zone::TimeZone;
pub use timer::{TimerChange, Timers};
pub use topic::Topic;
pub use undeliverable::Undeliverable;
pub use upcast::{Upcaster, Upcasters};
