//! An id in the path.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// The id in the path. A text that is no id of the kind names nothing: 404.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr> FromRequestParts<AppState> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let unknown = || Problem::new(Kind::NotFound);
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| unknown())?;
        let id = params.iter().next().and_then(|(_, value)| value.parse().ok());
        id.map(Self).ok_or_else(unknown)
    }
}
