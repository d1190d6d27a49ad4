//! A handler that panics: a defect of ours, and an answer all the same.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::problem::{Kind, Problem};

/// The answer to a request whose handler panicked. What it panicked with may hold anything, so it is not
/// logged here; the panic hook has told the place.
pub(crate) fn answer_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Kind::Internal).into_response()
}
