//! How a form is let in: it comes from a page of ours, or it is refused before anything else. Where it brings the proof
//! that was asked for ([`confirm`]), that is given to `/v1` first, and what the form asks for goes on afterwards.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::confirm;
use super::pages::Pages;
use super::sent::Sent;
use super::visit::{Instead, Visit};
use crate::extract::{SameOrigin, read_whole};
use crate::problem::{Kind, Problem};

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

impl FromRequest<Pages> for Sent {
    type Rejection = Instead;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Instead> {
        let (mut parts, body) = request.into_parts();
        let visit =
            Visit::from_request_parts(&mut parts, pages).await.map_err(IntoResponse::into_response)?;
        let refuse = |kind| Instead::from(Problem::new(kind).into_response());
        if SameOrigin::of(&parts.headers, &pages.state.own_origin) != SameOrigin::Yes {
            return Err(refuse(Kind::CrossSite));
        }
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(MEDIA_TYPE);
        let body = read_whole(Request::from_parts(parts, body), &pages.state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        // A button alone sends nothing, and some browsers no media type with it.
        if !is_form && !body.is_empty() {
            return Err(refuse(Kind::UnsupportedMediaType));
        }
        let sent = Self::parse(&body).ok_or_else(|| refuse(Kind::TooLarge))?;
        // Set once: a request has one body.
        let _ = visit.sent.set(sent.shown_again());
        if visit.is_at_desk() {
            return Ok(sent);
        }
        if let Some(proof) = confirm::Proof::in_form(&sent) {
            confirm::prove(&visit, proof).await?;
        }
        // So that what is wrong is said in the language of who is here.
        let _ = visit.me().await;
        Ok(sent)
    }
}
