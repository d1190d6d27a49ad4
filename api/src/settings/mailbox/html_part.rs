//! `/settings/mailbox/{id}/html`: the HTML part of a mail, as it came: for the frame of its page, and for nothing else.
//!
//! It runs no script and loads nothing, whether it is framed or opened by itself.

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::parsed::Parts;
use super::read;
use crate::problem::Kind;
use crate::settings::around::OwnPolicy;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Mails bring their style with them.
const POLICY: OwnPolicy = OwnPolicy(HeaderValue::from_static(
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; \
     base-uri 'none'; object-src 'none'; frame-ancestors 'self'",
));
const HEAD: &str = "<head>";

/// Shows it.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Refusal> {
    let file = read(&visit.pages, &name).await?;
    let html = Parts::of(&file).html.ok_or_else(|| Refusal::of(Kind::NotFound))?;
    // A link that is pressed opens in place of the page around it.
    let html = html.replacen(HEAD, "<head><base target=\"_top\">", 1);
    let mut response = ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    response.extensions_mut().insert(POLICY);
    Ok(response)
}
