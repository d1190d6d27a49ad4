//! The capacity of this process and of what one client may take of it: requests, streams, memory for bodies, threads that
//! parse, and limits that are counted here alone.
//!
//! Plain types that know neither the [state](crate::state) nor a request; the state holds one of each. What is too much is
//! refused at once.

mod bodies;
mod pace;
mod parsing;
mod places;
mod refused_usage;
mod shares;
mod streams;

pub(crate) use bodies::{Bodies, Charge, SMALL_BODY};
pub(crate) use pace::Paces;
pub(crate) use parsing::Parsing;
pub(crate) use places::{Places, Seat, Sharer};
pub(crate) use refused_usage::RefusedUsage;
pub(crate) use shares::{Full, Shares};
pub(crate) use streams::{Client, StreamPermit, Streams};
