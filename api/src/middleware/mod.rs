//! What holds for many routes: told once, around them.
//!
//! From the outside in: every answer is counted, named and given its security headers ([`observe()`]); a
//! panic becomes an answer; what matters to security is noted ([`watch`]); what is too much is sent away ([`admit`]); what
//! takes too long is let go ([`deadline`]); who may not write, or not so often, is told so ([`guard()`]); what was done before
//! is not done again ([`idempotency`]).
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

pub(crate) use guard::guard;
pub(crate) use observe::observe;
pub(crate) use overload::admit;
pub(crate) use panic::catch_panic;
