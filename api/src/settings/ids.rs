//! Ids in the path of a page. A text that is no id of the kind names nothing, and none reaches `/v1` as it was typed.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::pages::Pages;
use super::refusal::Refusal;
use crate::extract::{Id, Ids};
use crate::problem::Kind;

fn unknown<E>(_: E) -> Refusal {
    Refusal::of(Kind::NotFound)
}

impl<T: FromStr> FromRequestParts<Pages> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Refusal> {
        <Self as FromRequestParts<_>>::from_request_parts(parts, &pages.state).await.map_err(unknown)
    }
}

impl<A: FromStr, B: FromStr> FromRequestParts<Pages> for Ids<A, B> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Refusal> {
        <Self as FromRequestParts<_>>::from_request_parts(parts, &pages.state).await.map_err(unknown)
    }
}
