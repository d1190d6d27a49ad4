//! Middleware: what holds for many routes.
//!
//! From the outside in: id, span, metrics and security headers ([`trace_requests`]); a panic becomes an answer; the security
//! log ([`watch`]); load shedding ([`load_shed`]); the timeout ([`deadline`]); who may write, and how often ([`guard()`]);
//! and one effect however often a request is sent ([`idempotency`]).
//!
//! Three of them are layers, and call the others: a layer of axum costs a copy of all that lie within it, for each
//! request.

mod deadline;
mod guard;
mod headers;
mod idempotency;
mod kept;
mod observe;
mod overload;
mod panic;
mod watch;

pub(crate) use deadline::request_timeout;
pub(crate) use guard::guard;
pub(crate) use observe::trace_requests;
pub(crate) use overload::{admit, load_shed};
pub(crate) use panic::catch_panic;
pub(crate) use watch::watched;
