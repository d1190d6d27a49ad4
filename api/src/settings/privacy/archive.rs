//! `/settings/privacy/requests/{id}/archive`: the file itself, as `/v1` hands it over: streamed, whole or in the part that is asked
//! for. What is refused is a page.

use axum::extract::Path;
use axum::http::header::{IF_RANGE, RANGE};
use axum::http::{HeaderMap, Method};
use axum::response::Response;

use super::request;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Hands it on.
pub(in crate::settings) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let path = format!("{}/{}/archive", request::REQUESTS, request::parse(&id)?);
    let asked =
        [RANGE, IF_RANGE].into_iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone())));
    let method = if visit.method == Method::HEAD { Method::HEAD } else { Method::GET };
    visit.v1.open(method, &path, &asked.collect()).await
}
