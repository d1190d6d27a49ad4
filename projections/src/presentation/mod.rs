//! The log as people read it: events in words, lines of a file, tables, and the state of an account at an instant.

mod account_state;
mod csv;
mod event_view;
mod export_format;
mod point_in_time;

pub use account_state::AccountState;
pub use csv::{CsvTable, UnequalColumns};
pub use event_view::{Audience, EventView, written};
pub use export_format::ExportFormat;
pub use point_in_time::{InvalidPointInTime, PointInTime};
