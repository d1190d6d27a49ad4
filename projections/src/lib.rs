//! What it looks like now: read models folded from the log.
//!
//! [`engine`] moves any read model along the log, [`views`] holds the read models themselves, one file each, with its
//! reducer and its queries, and [`presentation`] makes of the log what people read. A read model holds nothing that the
//! log does not: it can be [rebuilt](rebuild()) at any time.

mod engine;
mod presentation;
pub mod status;
mod views;

pub use engine::{ApplyError, Positions, Projection, Runner, cursor, parked, projection, rebuild};
pub use presentation::{
    AccountState, Audience, CsvTable, EventView, ExportFormat, InvalidPointInTime, PointInTime,
    UnequalColumns, written,
};
pub use views::{Views, account, all, find, history, organization, privacy_request, project, timer};
