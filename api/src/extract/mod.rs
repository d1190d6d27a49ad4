//! What a handler gets from a request: parsed, or refused before it runs.

mod address;
mod body;
mod context;
mod factor_demand;
mod form;
mod id;
mod machine;
mod operator;
mod path;
mod position;
mod same_origin;
mod scan;
mod session;
mod sign_in_client;
mod stream_permits;
mod visitor;
mod whole;

pub(crate) use address::{ClientAddress, address_of};
pub(crate) use body::{Body, parsed, word};
pub(crate) use context::{RequestContext, RequestTag};
pub(crate) use factor_demand::is_open as is_open_without_factor;
pub(crate) use form::Form;
pub(crate) use id::Id;
pub(crate) use machine::ShownCredential;
pub(crate) use operator::{Auditor, Gateway, Operator, PrivacyDesk};
pub(crate) use path::Ids;
pub(crate) use position::SeenPosition;
pub(crate) use same_origin::SameOrigin;
pub(crate) use scan::{DEEPEST, Excess, Scan, Tally, Wanted};
pub(crate) use session::{CurrentSession, Sudo};
pub(crate) use sign_in_client::SignInClient;
pub(crate) use stream_permits::StreamPermits;
pub(crate) use visitor::Visitor;
pub(crate) use whole::{LargestBody, Whole, read_whole};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use secrecy::SecretString;

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1). `Some(None)` where there is
/// such a header but it holds no token of that form.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Option<SecretString>> {
    let value = headers.get(AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    Some(token.filter(|token| !token.is_empty()).map(SecretString::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_bearer_token_is_found() {
        let token = |value: &'static str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(|token| token.map(|token| token.expose_secret().to_owned()))
        };
        assert_eq!(token("Bearer pss_1"), Some(Some("pss_1".to_owned())));
        assert_eq!(token("bearer  pss_1 "), Some(Some("pss_1".to_owned())));
        for other in ["Bearer", "Bearer ", "Basic cHNz", "pss_1"] {
            assert_eq!(token(other), Some(None), "{other}");
        }
        assert!(bearer(&HeaderMap::new()).is_none());
    }
}
