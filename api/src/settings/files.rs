//! `/settings/assets/{name}`: the files of the pages.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::pages::Pages;
use crate::problem::{Kind, Problem};

/// Shows a file.
pub(super) async fn show(State(pages): State<Pages>, Path(name): Path<String>, asked: HeaderMap) -> Response {
    let shown = pages.assets.named(&name).map(|asset| asset.show(&asked));
    shown.unwrap_or_else(|| Problem::new(Kind::NotFound).into_response())
}
