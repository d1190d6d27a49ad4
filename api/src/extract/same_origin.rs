//! Whether a request comes from our own pages: the guard against forged requests (CSRF, OWASP ASVS 5.0,
//! 3.5.1).
//!
//! A browser adds the cookie to whatever request any page has it send, and says in `Sec-Fetch-Site`
//! (W3C Fetch Metadata), or in an older browser in `Origin`, where that page is from. Programs send
//! neither; they have no cookie either.

use axum::http::HeaderMap;
use axum::http::header::{HeaderName, ORIGIN};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a request says of the page it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameOrigin {
    /// It is ours, or the person typed the address.
    Yes,
    /// It is another's.
    No,
    /// It says nothing.
    Unknown,
}

impl SameOrigin {
    /// Reads it off the headers; `own` is our origin (RFC 6454) as configured, never the `Host` header.
    pub(crate) fn of(headers: &HeaderMap, own: &str) -> Self {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let yes = match (text(SEC_FETCH_SITE), text(ORIGIN)) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => origin == own,
            (None, None) => return Self::Unknown,
        };
        if yes { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(HeaderName, &str)]) -> SameOrigin {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        SameOrigin::of(&headers, "https://settings.example.com")
    }

    #[test]
    fn the_browser_says_where_a_request_comes_from() {
        assert_eq!(of(&[(SEC_FETCH_SITE, "same-origin")]), SameOrigin::Yes);
        assert_eq!(of(&[(SEC_FETCH_SITE, "none")]), SameOrigin::Yes);
        // A page of a neighbouring subdomain is another's page.
        assert_eq!(of(&[(SEC_FETCH_SITE, "same-site")]), SameOrigin::No);
        assert_eq!(of(&[(SEC_FETCH_SITE, "cross-site")]), SameOrigin::No);
        let both = [(SEC_FETCH_SITE, "cross-site"), (ORIGIN, "https://settings.example.com")];
        assert_eq!(of(&both), SameOrigin::No);
    }

    #[test]
    fn an_older_browser_names_the_origin() {
        assert_eq!(of(&[(ORIGIN, "https://settings.example.com")]), SameOrigin::Yes);
        for origin in ["http://settings.example.com", "https://settings.example.com.evil.test", "null", ""] {
            assert_eq!(of(&[(ORIGIN, origin)]), SameOrigin::No, "{origin}");
        }
        assert_eq!(of(&[]), SameOrigin::Unknown);
    }
}
