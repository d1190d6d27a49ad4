//! The cookie a browser's session lives in (RFC 6265).

use axum::http::header::{COOKIE, HeaderName, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::AppendHeaders;
use secrecy::{ExposeSecret, SecretString};

/// How long pages may personalise without asking again, in seconds: a day.
const PERSONALIZATION_LIFE: u32 = 24 * 60 * 60;

/// How long a browser is known again, in seconds: 400 days, the longest that browsers keep a cookie (RFC 6265bis,
/// section 5.5).
const BROWSER_LIFE: i64 = 400 * 24 * 60 * 60;
/// How long a page that follows a command waits for its effect to be seen, in seconds.
const SEEN_LIFE: i64 = 60;
/// W3C Clear Site Data: what a browser forgets of our pages.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// Where one signs out. Cookies are taken back by name: the word for all of them would reach those of every host below the
/// same domain, and so end sessions of the product itself.
const PAGES: &str = "\"cache\", \"storage\"";
/// Where the account ends, and with it whatever belongs to it.
const EVERYTHING: &str = "\"cache\", \"cookies\", \"storage\"";

/// The session cookie, as this deployment sets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionCookie {
    https: bool,
}

impl SessionCookie {
    /// The cookie of a service reached over TLS, or on plain loopback.
    pub(crate) fn new(https: bool) -> Self {
        Self { https }
    }

    /// `__Host-` makes the browser refuse the cookie from any other host, and without TLS (RFC 6265bis,
    /// section 4.1.3.2).
    pub(crate) fn name(self) -> &'static str {
        if self.https { "__Host-session" } else { "session" }
    }

    /// Hands the token to the browser, out of reach of scripts, for `seconds`.
    pub(crate) fn set(self, token: &SecretString, seconds: i64) -> Option<HeaderValue> {
        self.header(self.name(), token.expose_secret(), seconds)
    }

    /// Hands the token of a session at the privacy desk to the browser, for `seconds`. No page of another site, and no link
    /// there, has it sent.
    pub(crate) fn desk(self, token: &SecretString, seconds: i64) -> Option<HeaderValue> {
        self.header_for("Strict", self.desk_name(), token.expose_secret(), seconds)
    }

    fn desk_name(self) -> &'static str {
        if self.https { "__Host-desk" } else { "desk" }
    }

    /// The token of a session at the privacy desk in a request's cookies.
    pub(crate) fn read_desk(self, headers: &HeaderMap) -> Option<SecretString> {
        value_of(self.desk_name(), headers)
    }

    /// The session at the privacy desk has ended: the browser forgets its cookie, and what it kept of our pages.
    pub(crate) fn signed_out_of_desk(self) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
        let cookie = self.header_for("Strict", self.desk_name(), "", 0).map(|cookie| (SET_COOKIE, cookie));
        AppendHeaders(
            cookie.into_iter().chain([(CLEAR_SITE_DATA, HeaderValue::from_static(PAGES))]).collect(),
        )
    }

    /// What the browser is known by from one sign-in to the next. It opens nothing.
    pub(crate) fn browser(self, token: &SecretString) -> Option<HeaderValue> {
        self.header(self.browser_name(), token.expose_secret(), BROWSER_LIFE)
    }

    fn browser_name(self) -> &'static str {
        if self.https { "__Host-browser" } else { "browser" }
    }

    /// The position that the next page shall have seen: what was done through one process is seen through another.
    pub(crate) fn seen(self, position: &HeaderValue) -> Option<HeaderValue> {
        self.header(self.seen_name(), position.to_str().ok()?, SEEN_LIFE)
    }

    fn seen_name(self) -> &'static str {
        if self.https { "__Host-seen" } else { "seen" }
    }

    /// The position that a page shall have seen.
    pub(crate) fn read_seen(self, headers: &HeaderMap) -> Option<SecretString> {
        value_of(self.seen_name(), headers)
    }

    /// Tells the pages of the product that they may personalise, for as long as the switch is on; or takes that back.
    /// It holds nothing about the person, and scripts may read it. Over TLS it is bound to the host, as the session is.
    pub(crate) fn personalization(self, on: bool) -> Option<HeaderValue> {
        let (prefix, secure) = if self.https { ("__Host-", "; Secure") } else { ("", "") };
        let (value, seconds) = if on { ("on", PERSONALIZATION_LIFE) } else { ("", 0) };
        let cookie =
            format!("{prefix}personalization={value}; Path=/; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&cookie).ok()
    }

    /// The session has ended: the browser forgets its cookie, and what it kept of our pages.
    pub(crate) fn signed_out(self) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
        let cookie = self.clear().map(|cookie| (SET_COOKIE, cookie));
        AppendHeaders(
            cookie.into_iter().chain([(CLEAR_SITE_DATA, HeaderValue::from_static(PAGES))]).collect(),
        )
    }

    /// The account has ended: the browser forgets everything.
    pub(crate) fn ended(self) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
        let cookies = [self.clear(), self.personalization(false)].into_iter().flatten();
        let cookies = cookies.map(|cookie| (SET_COOKIE, cookie));
        AppendHeaders(cookies.chain([(CLEAR_SITE_DATA, HeaderValue::from_static(EVERYTHING))]).collect())
    }

    fn clear(self) -> Option<HeaderValue> {
        self.header(self.name(), "", 0)
    }

    fn header(self, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
        self.header_for("Lax", name, value, seconds)
    }

    fn header_for(self, site: &str, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = if self.https { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite={site}; Max-Age={seconds}{secure}");
        let mut header = HeaderValue::from_str(&cookie).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The token of the session in a request's cookies.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<SecretString> {
        value_of(self.name(), headers)
    }

    /// What the browser is known by.
    pub(crate) fn read_browser(self, headers: &HeaderMap) -> Option<SecretString> {
        value_of(self.browser_name(), headers)
    }
}

/// The value of the first cookie of this name.
fn value_of(name: &str, headers: &HeaderMap) -> Option<SecretString> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(other, _)| *other == name).map(|(_, value)| value);
    found.next().filter(|value| !value.is_empty()).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_the_host() {
        let header = SessionCookie::new(true).set(&"pss_1".into(), 60).unwrap();
        assert!(header.is_sensitive());
        insta::assert_snapshot!(header.to_str().unwrap(), @"__Host-session=pss_1; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        let cleared = SessionCookie::new(true).clear().unwrap();
        insta::assert_snapshot!(cleared.to_str().unwrap(), @"__Host-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure");
    }

    #[test]
    fn every_cookie_over_tls_is_bound_to_the_host() {
        let cookies = SessionCookie::new(true);
        let set = [
            cookies.set(&"pss_1".into(), 60),
            cookies.clear(),
            cookies.browser(&"psb_1".into()),
            cookies.desk(&"psd_1".into(), 60),
            cookies.personalization(true),
            cookies.personalization(false),
        ];
        for header in set {
            let header = header.unwrap();
            let text = header.to_str().unwrap();
            // RFC 6265bis, section 4.1.3.2: Secure, for the whole host, without a Domain.
            assert!(text.starts_with("__Host-") && text.contains("; Path=/;"), "{text}");
            assert!(text.ends_with("; Secure") && !text.contains("Domain"), "{text}");
        }
    }

    #[test]
    fn the_cookie_of_the_desk_is_sent_by_pages_of_ours_alone() {
        let header = SessionCookie::new(true).desk(&"psd_1".into(), 60).unwrap();
        insta::assert_snapshot!(header.to_str().unwrap(), @"__Host-desk=psd_1; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
        let headers = HeaderMap::from_iter([(COOKIE, "__Host-desk=psd_1".parse().unwrap())]);
        assert!(SessionCookie::new(true).read_desk(&headers).is_some());
        assert!(SessionCookie::new(true).read(&headers).is_none());
    }

    #[test]
    fn on_plain_loopback_it_is_not() {
        let header = SessionCookie::new(false).set(&"pss_1".into(), 60).unwrap();
        insta::assert_snapshot!(header.to_str().unwrap(), @"session=pss_1; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let read = |https, value: &'static str| {
            let headers = HeaderMap::from_iter([(COOKIE, value.parse().unwrap())]);
            SessionCookie::new(https).read(&headers).map(|token| token.expose_secret().to_owned())
        };
        assert_eq!(read(false, "a=1; session=pss_1;b=2").as_deref(), Some("pss_1"));
        assert_eq!(read(true, "session=pss_1; __Host-session=pss_2").as_deref(), Some("pss_2"));
        for other in ["session=", "Session=pss_1", "xsession=pss_1", "session", ""] {
            assert_eq!(read(false, other), None, "{other}");
        }
        assert_eq!(read(true, "session=pss_1"), None);
    }
}
