//! `GET /openapi.json`: this interface, for programs.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use bytes::Bytes;

use super::openapi;

static DOCUMENT: LazyLock<Bytes> =
    LazyLock::new(|| serde_json::to_vec(&openapi()).map(Bytes::from).unwrap_or_default());

/// This description (OpenAPI 3.1), generated from the code.
#[utoipa::path(
    get, path = "/openapi.json", tag = "Service", operation_id = "getOpenApi",
    responses((status = 200, description = "The description", body = Object))
)]
pub(crate) async fn openapi_json() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}
