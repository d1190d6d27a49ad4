//! Moves read models along the log: reads ahead, folds each page exactly once, parks what cannot be taken, rebuilds.

mod apply;
pub mod cursor;
pub mod parked;
pub mod projection;
mod read_ahead;
pub mod rebuild;
mod runner;

pub use projection::{ApplyError, Projection};
pub use rebuild::rebuild;
pub use runner::Runner;
