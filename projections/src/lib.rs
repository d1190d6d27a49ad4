//! What it looks like now: read models folded from the log.
//!
//! One runner for all of them ([`runner`]); one file a read model, with its reducer and its
//! queries. A read model holds nothing that the log does not: it can be [rebuilt](rebuild()) at any time.

pub mod account;
mod ahead;
mod batch;
pub mod checkpoint;
pub mod history;
mod instant;
mod lines;
pub mod organization;
pub mod parked;
pub mod privacy_request;
pub mod project;
pub mod projection;
mod purge;
pub mod rebuild;
pub mod runner;
pub mod state;
pub mod status;
mod table;
pub mod timer;
mod told;
mod views;

pub use instant::{InvalidPointInTime, PointInTime};
pub use lines::ExportFormat;
pub use projection::{ApplyError, Projection};
pub use rebuild::rebuild;
pub use runner::Runner;
pub use table::{CsvTable, UnequalColumns};
pub use told::{Audience, EventView, written};
pub use views::Views;

use std::sync::Arc;

/// Every read model of the house.
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(account::AccountProjection),
        Arc::new(organization::OrganizationProjection),
        Arc::new(project::ProjectProjection),
        Arc::new(privacy_request::PrivacyRequestProjection),
        Arc::new(timer::TimerProjection),
        Arc::new(history::HistoryProjection),
    ]
}

/// The read model of this name.
pub fn find(name: &str) -> Option<Arc<dyn Projection>> {
    all().into_iter().find(|projection| projection.name() == name)
}
