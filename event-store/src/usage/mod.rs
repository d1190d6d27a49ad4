//! Collected usage: what people did with the product, kept until it is erased.
//!
//! Not part of the log: these rows are many, belong to the people they are about, and are really
//! deleted. A row is stored only while the gate of its account is open; the gate is a row that
//! the insert locks, so that a command that closes it (a preference, an erasure) waits for what is on
//! its way and lets nothing pass afterwards.

mod erase;
mod export;
mod ingest;
mod project;

pub use erase::{Erased, Extent, count_until, erase, erased_for, erased_until};
pub use export::{UsageEvent, count, stream};
pub use ingest::{Incoming, Ingested, ingest};
pub use project::{HOUSE, Project, house_project, project_with_token};
pub(crate) use project::{close_projects, open_project};
