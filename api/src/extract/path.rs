//! What a path holds besides one id.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Two ids in the path. A text that is no id of the kind names nothing: 404.
pub(crate) struct Ids<A, B>(pub(crate) A, pub(crate) B);

impl<A: FromStr, B: FromStr> FromRequestParts<AppState> for Ids<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let unknown = || Problem::new(Kind::NotFound);
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| unknown())?;
        let mut values = params.iter().map(|(_, value)| value);
        let first = values.next().and_then(|value| value.parse().ok()).ok_or_else(unknown)?;
        let second = values.next().and_then(|value| value.parse().ok()).ok_or_else(unknown)?;
        Ok(Self(first, second))
    }
}
