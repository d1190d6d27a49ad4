//! Privacy requests: exports and erasures, from receipt to close.
//!
//! [`advance()`] asks the planner what is due and runs it, one step at a time. A step asks the data [`sources`] to export or
//! to erase, builds the [`archive`], or removes what is stored for a request.

mod advance;
pub mod archive;
mod context;
mod error;
mod request_objects;
pub mod sources;
pub mod steps;

pub(crate) use advance::LEASE_LIFE;
pub use advance::{Advanced, advance};
pub use context::WorkerContext;
pub use error::JobError;
