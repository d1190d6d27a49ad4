//! `GET /metrics`: the process's metrics in Prometheus' text form. Served on the listener of the process's own only:
//! one mail more after a sign-in tells who has an account.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::state::Vitals;

/// The metrics of this process. They hold numbers, routes and states; nothing of any person.
pub(crate) async fn metrics(State(vitals): State<Vitals>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], vitals.metrics.render())
}
