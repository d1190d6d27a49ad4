//! Parked events: those that a read model cannot take, and those that wait behind them in their streams.
//!
//! An event that cannot be read or folded stops its own stream in that read model and nothing else. What
//! comes after it in the stream is parked behind it, so that it is folded in order once the first can be
//! taken. Parked streams are tried again by [`retry()`]: when a program starts (a new release may know
//! better), from time to time, and when an operator asks for it. Every change happens under the
//! cursor of the read model, in the transaction that folds; so a parked event, too, has its effect
//! exactly once. The reason that is kept holds no personal data.

mod list;
mod retry;
mod store;

pub use list::ParkedEvent;
pub(crate) use list::{count, list};
pub use retry::{Retried, retry, retry_until};
pub(crate) use retry::{Round, Which, retry_some};
pub(crate) use store::{park, streams_of};
