//! Commands: from what is asked for to the events that are appended.
//!
//! A command is [executed](execute) by one aggregate, or by several in one [unit of work](unit_of_work): they are loaded,
//! decide, and what comes of it is [sealed](sealing) and [appended](append). Who wants the same at the same time waits for
//! its turn ([`contention`]).

pub(crate) mod append;
mod bar;
pub(crate) mod contention;
pub(crate) mod context;
pub(crate) mod execute;
pub(crate) mod sealing;
pub(crate) mod unit_of_work;

pub use bar::Bar;
pub use contention::Precedence;
pub use context::{Actor, CommandContext, CommitExtras, Origin};
pub use execute::{ExecuteError, Executed};
pub use unit_of_work::{CommitError, Committed, UnitOfWork};
