//! Request id, span, metrics and security headers of every request.
//!
//! Only the route as it is written in the code is told, never the path with its ids, the query, a header
//! or an address.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing::field::Empty;

use super::headers;
use super::panic::or_panic;
use super::watch::watch;
use crate::extract::{ClientAddress, RequestTag, address_of};
use crate::state::AppState;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Routes that are asked all the time by machines.
const QUIET: [&str; 2] = ["/healthz", "/readyz"];

/// Gives a request its id, and tells how it went.
pub(crate) async fn trace_requests(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = state.store.services().ids.uuid();
    request.extensions_mut().insert(RequestTag(id));
    let address = address_of(request.extensions(), request.headers(), &state);
    request.extensions_mut().insert(ClientAddress(address));
    let method = method_name(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!(
        "api.request", method, route, request_id = %id, status = Empty, latency_ms = Empty
    );
    let answering = or_panic(watch(state.clone(), request, next));
    let mut response = answering.instrument(span.clone()).await;

    let elapsed = began.elapsed();
    let status = response.status().as_u16();
    span.record("status", status).record("latency_ms", elapsed.as_secs_f64() * 1_000.0);
    // Probes and scrapes come every few seconds and tell nothing.
    let quiet = QUIET.contains(&route.as_str());
    span.in_scope(|| if quiet { tracing::debug!("answered") } else { tracing::info!("answered") });
    let labels = [("method", method.to_owned()), ("route", route)];
    metrics::histogram!("personal_settings_http_request_duration_seconds", &labels)
        .record(elapsed.as_secs_f64());
    let [method, route] = labels;
    metrics::counter!(
        "personal_settings_http_requests_total",
        &[method, route, ("status", status.to_string())]
    )
    .increment(1);

    let out = response.headers_mut();
    headers::secure(out, &path, state.is_https());
    if [StatusCode::PAYLOAD_TOO_LARGE.as_u16(), StatusCode::REQUEST_TIMEOUT.as_u16()].contains(&status) {
        // RFC 9112, section 9.6: the rest of the body is not read, so the connection ends here.
        out.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        out.insert(X_REQUEST_ID, value);
    }
    response
}

/// The method, or `OTHER` for one we do not know: a client must not be able to make up metrics.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
