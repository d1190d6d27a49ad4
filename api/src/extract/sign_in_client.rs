//! The program that signs an account holder in: a browser, or one that keeps a token itself.
//!
//! A page of another site must not sign a person in to an account they do not expect to be theirs: it is refused here.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::SameOrigin;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::token;

/// See the module.
pub(crate) struct SignInClient {
    /// Whether it is a browser, at a page of ours: its token goes into the cookie alone, out of reach of scripts.
    pub(crate) is_browser: bool,
    /// The hash of the token in its cookie: the session that ends when another begins there.
    pub(crate) former: Option<Vec<u8>>,
}

impl FromRequestParts<AppState> for SignInClient {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let is_browser = match SameOrigin::of(&parts.headers, &state.own_origin) {
            SameOrigin::Yes => true,
            SameOrigin::Unknown => false,
            SameOrigin::No => return Err(Problem::new(Kind::CrossSite)),
        };
        let cookie = state.cookie.read(&parts.headers);
        let former = cookie.filter(|token| token::is_well_formed(token::Kind::Session, token));
        Ok(Self { is_browser, former: former.map(|token| token::hash(&token).to_vec()) })
    }
}
