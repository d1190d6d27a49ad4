//! What holds for many routes: told once, around them.
//!
//! From the outside in: every answer is counted, named and given its security headers ([`observe()`]); a
//! panic becomes an answer; what matters to security is noted ([`watch()`]); what is too much is sent away ([`admit`]); what
//! takes too long is let go ([`hurry`]); who may not write, or not so often, is told so ([`guard()`]); what was done before is
//! not done again ([`once`]).

mod deadline;
mod guard;
mod headers;
mod idempotency;
mod kept;
mod observe;
mod overload;
mod panic;
mod watch;

pub(crate) use deadline::hurry;
pub(crate) use guard::guard;
pub(crate) use idempotency::once;
pub(crate) use observe::observe;
pub(crate) use overload::admit;
pub(crate) use panic::answer_panic;
pub(crate) use watch::{Witness, watch};
