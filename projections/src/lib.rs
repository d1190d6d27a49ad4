//! What it looks like now: read models folded from the log.
//!
//! One runner for all of them ([`runner`]); one file a read model, with its reducer and its
//! queries. A read model holds nothing that the log does not: it can be dropped and made again.

pub mod account;
pub mod checkpoint;
pub mod history;
pub mod privacy_request;
mod purge;
pub mod runner;
mod table;
mod told;
mod views;

pub use runner::{Projection, Runner};
pub use table::{Table, UnequalColumns};
pub use told::Told;
pub use views::Views;

use std::sync::Arc;

/// Every read model of the house.
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(account::AccountProjection),
        Arc::new(privacy_request::PrivacyRequestProjection),
        Arc::new(history::HistoryProjection),
    ]
}
