//! Tells of what matters to security, once for all routes: of each refusal by its kind, and of what a route says of its
//! answer.
//!
//! It happens after the answer, so that no time tells whether there is an account; when the process dies in between, a
//! line or a count is missing.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::extract::address_of;
use crate::problem::{About, Kind};
use crate::security_log::{self, SecurityEvent, Subject, Witness};
use crate::state::AppState;

/// As a layer: for requests that pages make within this process, and that nothing else [traces](super::trace_requests).
pub(crate) async fn watched(State(state): State<AppState>, request: Request, next: Next) -> Response {
    watch(state, request, next).await
}

/// Notes what came of a request, where that matters to security.
pub(super) async fn watch(state: AppState, mut request: Request, next: Next) -> Response {
    let witness = Witness::default();
    request.extensions_mut().insert(witness.clone());
    let address = address_of(request.extensions(), request.headers(), &state);
    let matched = request.extensions().get::<MatchedPath>();
    let names_a_thing = matched.is_some_and(|path| path.as_str().contains('{'));

    let response = next.run(request).await;
    let (extensions, seen) = (response.extensions(), witness.seen());
    let about = extensions.get::<About>().map(|About(account)| Subject::Account(*account));
    let refused = extensions.get::<Kind>().copied().and_then(SecurityEvent::of_refusal);
    let told = extensions.get::<SecurityEvent>().copied();
    let acted = matches!(seen, Some(Subject::Operator(_))).then_some(SecurityEvent::OperatorAct);
    let subject = match refused {
        // A code for a new phone is wrong without anybody knowing the password of another.
        Some(SecurityEvent::FactorFailed) => about,
        _ => about.or(seen),
    };
    let event = match refused.or(told).or(acted) {
        // Without a known caller, or about the caller's own, such as a setting that is not set.
        Some(SecurityEvent::AccessRefused) if seen.is_none() || !names_a_thing => return response,
        Some(event) => event,
        None => return response,
    };
    let noting = async move {
        if let Err(error) = security_log::note(&state.store, event, subject, address).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, event = event.name(), "writing the security event failed");
        }
    };
    tokio::spawn(noting.in_current_span());
    response
}
