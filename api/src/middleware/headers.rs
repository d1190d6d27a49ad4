//! Headers that every answer carries (OWASP ASVS 5.0, 3.4).

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};

const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
];
/// Nothing here is a page: whatever a browser makes of it loads nothing, sends nothing and is framed nowhere. What has no
/// fallback in `default-src` is said on its own.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'";
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Two years (RFC 6797).
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Adds them, unless the route said otherwise.
pub(super) fn secure(headers: &mut HeaderMap, path: &str, https: bool) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if path == "/v1" || path.starts_with("/v1/") {
        headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    }
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, https: bool) -> String {
        let mut headers = HeaderMap::new();
        secure(&mut headers, path, https);
        let mut lines: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines.join("\n")
    }

    #[test]
    fn an_answer_is_kept_from_caches_frames_and_guesses() {
        insta::assert_snapshot!(told("/v1/me", true), @"
        cache-control: no-store
        content-security-policy: default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'
        referrer-policy: no-referrer
        strict-transport-security: max-age=63072000; includeSubDomains
        x-content-type-options: nosniff
        ");
        insta::assert_snapshot!(told("/healthz", false), @"
        content-security-policy: default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'
        referrer-policy: no-referrer
        x-content-type-options: nosniff
        ");
    }
}
