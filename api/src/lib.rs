//! How one asks: the HTTP interface.
//!
//! The only place that knows HTTP. A route parses at the edge, asks the domain by a command or a read
//! model by a query, and tells what came of it; it decides nothing itself. What always holds, whatever
//! the route:
//!
//! - Every refusal is a problem document (RFC 9457) with a stable `type`; no internal text leaves.
//! - A route that is away, busy or late answers 503 with `Retry-After`; it never hangs and never panics.
//! - Whatever writes for a known caller takes an `Idempotency-Key`; a cut connection does not stop what it began.
//! - Nothing a client sent is logged: no query, no body, no address, no name of a program.
//!
//! A crash in the middle of a request leaves either all of its command or nothing of it: the command
//! and what belongs to it are one statement of the event store.

mod authentication;
mod capacity;
mod code;
mod command;
mod conditional;
mod event_position;
mod extract;
mod grave;
mod lasting;
mod limiter;
mod limits;
mod links;
mod look;
mod mailbox;
mod messages;
mod middleware;
mod names;
mod network;
mod openapi;
mod page;
pub mod password;
mod problem;
mod query;
mod routes;
mod schemas;
mod security_log;
mod server;
mod session_cookie;
mod settings;
mod state;
pub mod token;
mod totp;
mod webauthn;
mod writing;

#[cfg(test)]
mod tests;

pub use look::{Color, Logo, Look, LookError};
pub use mailbox::{Mailbox, MessageFile};
pub use network::ForwardedHeader;
pub use openapi::openapi;
pub use routes::pages::paths as page_paths;
pub use server::{ConnectionLimits, serve};
pub use settings::paths as settings_paths;
pub use state::{ApiConfig, Dependencies, ReadinessCheck, Vitals};

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa_axum::router::OpenApiRouter;

use middleware::{catch_panic, guard, load_shed, trace_requests, watched};
use state::AppState;
use writing::WritingsByRoute;

/// Every route, ready to be [served](serve()).
pub fn router(dependencies: Dependencies) -> Router {
    let state = AppState::new(dependencies);
    let v1 = routes::v1();
    let writings = Arc::new(WritingsByRoute::of(v1.get_openapi()));
    let v1 = v1.layer(from_fn_with_state((state.clone(), writings), guard));
    let limited =
        |router: OpenApiRouter<AppState>| router.layer(from_fn_with_state(state.clone(), load_shed));
    let v1 = limited(v1);
    let settings = settings::routes(&state, within(&state, v1.clone().into()));
    // Around the limits, so that a script can read that it came too often.
    let ingestion = limited(routes::ingestion()).layer(routes::open_to_every_origin());
    // What tells how the process is must answer also when it is busy.
    let (router, _) = v1
        .merge(ingestion)
        .merge(routes::service())
        .merge(openapi::routes())
        .merge(routes::pages::routes())
        .split_for_parts();
    router
        .merge(settings)
        .fallback(routes::unknown_route)
        .method_not_allowed_fallback(routes::wrong_method)
        .layer(from_fn_with_state(state.clone(), trace_requests))
        .with_state(state)
}

/// `/v1` for the pages, which ask it within this process: everything that holds for others holds for them.
fn within(state: &AppState, v1: Router<AppState>) -> Router {
    v1.fallback(routes::unknown_route)
        .method_not_allowed_fallback(routes::wrong_method)
        .layer(from_fn_with_state(state.clone(), watched))
        .with_state(state.clone())
}

/// A handler that does nothing: what requests cost at least. For benchmarks.
pub fn bare_router() -> Router {
    Router::new().fallback(|| async { "nothing" })
}

/// How a process is, and its metrics: for those who run the service, on a listener of its own.
pub fn vitals_router(vitals: Vitals) -> Router {
    routes::vitals()
        .fallback(routes::unknown_route)
        .method_not_allowed_fallback(routes::wrong_method)
        .layer(from_fn(catch_panic))
        .with_state(vitals)
}
