//! The caller: a program, with what it shows to other services too.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use base64::prelude::{BASE64_STANDARD, Engine};
use secrecy::{ExposeSecret, SecretString};

use super::bearer;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// How such a program can say who it is (RFC 6750, section 3; RFC 7617, section 2).
const CHALLENGE: HeaderValue =
    HeaderValue::from_static("Bearer, Basic realm=\"credentials\", charset=\"UTF-8\"");

/// A credential as it is shown in a request; it may be worth nothing.
pub(crate) struct ShownCredential {
    /// What must be kept secret of it.
    pub(crate) secret: SecretString,
    /// The API key that was shown beside an API secret.
    pub(crate) api_key: Option<String>,
}

impl ShownCredential {
    /// A refusal of what was shown: it says how to show something else.
    pub(crate) fn refusal(kind: Kind) -> Problem {
        Problem::new(kind).with_header(WWW_AUTHENTICATE, CHALLENGE)
    }
}

impl FromRequestParts<AppState> for ShownCredential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        read(&parts.headers).ok_or_else(|| Self::refusal(Kind::Unauthenticated))
    }
}

fn read(headers: &HeaderMap) -> Option<ShownCredential> {
    match bearer(headers)? {
        Some(secret) => Some(ShownCredential { secret, api_key: None }),
        None => basic(headers),
    }
}

/// `Basic`, with the API key as the user and the API secret as the password; or with the secret as the user and no
/// password, as some programs do it.
fn basic(headers: &HeaderMap) -> Option<ShownCredential> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = SecretString::from(String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (user, password) = decoded.expose_secret().split_once(':')?;
    Some(if password.is_empty() {
        ShownCredential { secret: user.into(), api_key: None }
    } else {
        ShownCredential { secret: password.into(), api_key: Some(user.to_owned()) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Option<(String, Option<String>)> {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        read(&headers).map(|shown| (shown.secret.expose_secret().to_owned(), shown.api_key))
    }

    #[test]
    fn a_credential_is_shown_in_one_of_three_ways() {
        let basic = |text: &str| shown(&format!("Basic {}", BASE64_STANDARD.encode(text)));
        assert_eq!(shown("Bearer psg_1"), Some(("psg_1".to_owned(), None)));
        assert_eq!(basic("psk_1:psx_1"), Some(("psx_1".to_owned(), Some("psk_1".to_owned()))));
        assert_eq!(basic("psx_1:"), Some(("psx_1".to_owned(), None)));
        assert_eq!(basic("psk_1:a:b"), Some(("a:b".to_owned(), Some("psk_1".to_owned()))));
        assert_eq!(basic("psx_1"), None);
        for value in ["Basic", "Basic ", "Basic =", "Bearer ", "Digest x", "psg_1"] {
            assert_eq!(shown(value), None, "{value}");
        }
        assert!(read(&HeaderMap::new()).is_none());
    }

    #[tokio::test]
    async fn a_refusal_says_how_to_show_another() {
        use axum::response::IntoResponse;
        let refused = ShownCredential::refusal(Kind::CredentialExpired).into_response();
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()[WWW_AUTHENTICATE], CHALLENGE);
        assert_eq!(refused.headers().get_all(WWW_AUTHENTICATE).iter().count(), 1);
    }
}
