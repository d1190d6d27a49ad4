//! Options of what looks after read models.

use clap::{Args, Subcommand};

use super::{OwnerOptions, ReaderOptions};

/// What can be done about read models.
#[derive(Debug, Subcommand)]
pub enum ProjectionsCommand {
    /// How far each has come, how late it is, and what it could not take
    List(Box<ReaderOptions>),
    /// Fill one anew beside the live one, and put it in its place; another may serve meanwhile
    Rebuild(Box<RebuildOptions>),
    /// Try again what could not be taken
    Retry(Box<RetryOptions>),
}

/// `projections rebuild`.
#[derive(Clone, Debug, Args)]
pub struct RebuildOptions {
    /// The read model, as `projections list` names it
    pub name: String,
    /// The database.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// Its owner: a rebuild makes tables.
    #[command(flatten)]
    pub owner: OwnerOptions,
    /// Begin anew instead of going on where an earlier rebuild was broken off
    #[arg(long)]
    pub anew: bool,
}

/// `projections retry`.
#[derive(Clone, Debug, Args)]
pub struct RetryOptions {
    /// The read model [default: all of them]
    pub name: Option<String>,
    /// The database.
    #[command(flatten)]
    pub reader: ReaderOptions,
}
