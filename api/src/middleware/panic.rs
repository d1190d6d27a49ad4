//! A handler that panics: a defect of ours, and an answer all the same.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use crate::problem::{Kind, Problem};

/// Answers also where a handler panics.
pub(crate) async fn catch_panic(request: Request, next: Next) -> Response {
    or_panic(next.run(request)).await
}

/// What is answered, or that the handler panicked. What it panicked with may hold anything, so it is not logged here; the
/// panic hook has told the place.
pub(super) async fn or_panic(answering: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(answering).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        Problem::new(Kind::Internal).into_response()
    })
}
