//! Moves read models along the log: reads ahead, folds each page exactly once, parks what cannot be taken, rebuilds.

mod apply;
pub mod cursor;
mod isolate;
pub mod parked;
mod positions;
pub mod projection;
mod read_ahead;
pub mod rebuild;
mod runner;

pub use positions::Positions;
pub use projection::{ApplyError, Projection};
pub use rebuild::rebuild;
pub use runner::Runner;
