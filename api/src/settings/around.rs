//! What holds for every page: its place among the requests at work, its headers, and refusals told as pages.

use std::io::Write;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, VARY,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::confirm;
use super::desk_section;
use super::errors::Errors;
use super::faults;
use super::page::Secret;
use super::pages::Pages;
use super::refusal::Refusal;
use super::security::factors;
use super::visit::{Visit, see};
use crate::extract::LargestBody;
use crate::middleware::{admit, request_timeout};
use crate::problem::{Kind, Problem};

/// Largest form, in bytes.
const LARGEST_FORM: usize = 64 * 1024;
/// Answers from this size on are compressed, in bytes.
const WORTH_PACKING: usize = 1_024;
/// Largest page, in bytes.
const LARGEST_PAGE: usize = 4 * 1024 * 1024;
/// Files and forms of ours alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    // A form without a page to come from would be taken for another site's.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
];

/// What a page may load and do that is not as the others.
#[derive(Clone)]
pub(super) struct OwnPolicy(pub(super) HeaderValue);

/// Answers a request for a page or a file of pages.
pub(super) async fn around(State(pages): State<Pages>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/settings/assets/") {
        return next.run(request).await;
    }
    let seat = admit(&pages.state, &mut request);
    let visit = Visit::of(&pages, &request);
    let asked = request.headers().clone();
    request.extensions_mut().insert(LargestBody(LARGEST_FORM));
    request.extensions_mut().insert(visit.clone());
    let response = match seat {
        Ok(seat) => {
            let response = request_timeout(request, next).await.into_response();
            drop(seat);
            response
        }
        Err(problem) => problem.into_response(),
    };
    let mut response = dressed(&visit, &asked, response).await;
    visit.v1.tell(response.headers_mut());
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, value);
    }
    if let Some(OwnPolicy(policy)) = response.extensions_mut().remove() {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    packed(&asked, response).await
}

/// A refusal as the page that helps on: to sign in, to confirm, or to read what is the matter. Programs read a problem
/// document.
async fn dressed(visit: &Visit, asked: &HeaderMap, response: Response) -> Response {
    let Some(refusal) = refusal_of(&response) else { return response };
    let of_route = response.extensions().get::<Kind>().copied();
    drop(response);
    let mut page = if !accepts_html(asked) {
        Problem::new(refusal.kind).into_response()
    } else if refusal.kind == Kind::Unauthenticated {
        see(&visit.here().after(if visit.is_at_desk() { desk_section::SIGN_IN } else { "/settings/sign-in" }))
    } else if refusal.kind == Kind::ReauthenticationRequired {
        confirm::page(visit, &Errors::default(), None).await
    } else if refusal.kind == Kind::SecondFactorMissing {
        see(factors::PATH)
    } else {
        faults::page(visit, &refusal).await
    };
    // What /v1 refused is in the security log already.
    page.extensions_mut().remove::<Kind>();
    of_route.map(|kind| page.extensions_mut().insert(kind));
    page
}

/// The refusal that an answer is, of a page or of what lies before it; none where it is a page that tells of it already.
fn refusal_of(response: &Response) -> Option<Refusal> {
    let (extensions, headers) = (response.extensions(), response.headers());
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if kind.starts_with(b"text/html") {
        return None;
    }
    let of_route = || {
        let kind = extensions.get::<Kind>().copied()?;
        Some(Refusal { retry_after: retry_after(headers), ..Refusal::of(kind) })
    };
    extensions.get::<Refusal>().cloned().or_else(of_route)
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get("retry-after")?.to_str().ok()?.parse().ok()
}

fn accepts_html(asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| range.trim().starts_with("text/html"))
}

/// Packed with gzip, for who can unpack it; but not where a secret stands in it, of which its size would tell.
async fn packed(asked: &HeaderMap, response: Response) -> Response {
    let accepted = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let takes = accepted.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "gzip");
    let is_secret = response.extensions().get::<Secret>().is_some();
    let (mut parts, body) = response.into_parts();
    parts.headers.append(VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language, Cookie"));
    let kind = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    // A file is handed on as it comes in: whole or in parts, and of any size.
    if !takes || is_secret || !kind.starts_with(b"text/html") {
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, LARGEST_PAGE).await else {
        return Problem::new(Kind::Internal).into_response();
    };
    let packed = if bytes.len() < WORTH_PACKING { None } else { gzip(&bytes) };
    match packed {
        Some(packed) => {
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(parts, Body::from(packed))
        }
        None => Response::from_parts(parts, Body::from(bytes)),
    }
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).ok()?;
    packer.finish().ok()
}
