//! What a path holds besides one id.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use secrecy::SecretString;

use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::token;

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

/// The token of a link, in the path. What can be none opens nothing.
pub(crate) struct LinkToken(pub(crate) SecretString);

impl LinkToken {
    /// What is stored of it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        token::hash(&self.0).to_vec()
    }
}

impl FromRequestParts<AppState> for LinkToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let dead = || Problem::new(Kind::LinkDead);
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| dead())?;
        let token = params.iter().next().map(|(_, value)| SecretString::from(value)).ok_or_else(dead)?;
        if token::is_well_formed(token::Kind::Link, &token) { Ok(Self(token)) } else { Err(dead()) }
    }
}
