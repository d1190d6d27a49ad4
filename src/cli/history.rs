//! Options of what replays what happened.

use clap::{Args, ValueEnum};
use domain::AccountId;
use projections::PointInTime;

use super::ReaderOptions;

/// `audit history`.
#[derive(Clone, Debug, Args)]
pub struct HistoryOptions {
    /// The account
    pub account: AccountId,
    /// The database to read.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// Up to when: 2026-05-03T10:00:00Z, or 2026-05-03 for the end of that day (UTC)
    #[arg(long)]
    pub at: Option<PointInTime>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: HistoryFormat,
}

/// How a history is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// In words.
    Text,
    /// One JSON object a line.
    Ndjson,
    /// A table for a spreadsheet.
    Csv,
}

/// `audit state`.
#[derive(Clone, Debug, Args)]
pub struct StateOptions {
    /// The account
    pub account: AccountId,
    /// The database to read.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// When: 2026-05-03T10:00:00Z, or 2026-05-03 for the end of that day (UTC) [default: now]
    #[arg(long)]
    pub at: Option<PointInTime>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: StateFormat,
}

/// How a state is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateFormat {
    /// A line for each value.
    Text,
    /// One JSON object.
    Json,
}
