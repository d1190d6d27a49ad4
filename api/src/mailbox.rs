//! The mailbox: what went out to people where it goes into files, for the page that shows it.
//!
//! Who can reach the page reads the mails of everybody, and with them the links that open accounts. So it is there only
//! where it is [configured](crate::ApiConfig::mailbox), which is for a service on one's own machine, and answers only a
//! browser of that machine: one that names this machine as where it goes, and comes through no proxy. A page of another
//! site that has its own name lead to this machine is told that there is nothing.

use std::io;
use std::net::IpAddr;

use async_trait::async_trait;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HOST, HeaderName, VIA};
use axum::http::uri::Authority;
use chrono::{DateTime, Utc};

/// Headers by which proxies are known.
const OF_PROXIES: [HeaderName; 5] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-real-ip"),
];

/// A file with a message that went out.
#[derive(Clone, Debug)]
pub struct MessageFile {
    /// Its name, which can stand in an address.
    pub name: String,
    /// When it went out.
    pub written_at: DateTime<Utc>,
    /// What is in it, or how it begins.
    pub bytes: Vec<u8>,
}

/// Where messages lie that went out.
#[async_trait]
pub trait Mailbox: Send + Sync {
    /// The newest `most`, newest first, each with how it begins.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn newest(&self, most: usize) -> io::Result<Vec<MessageFile>>;

    /// The whole of one; none where there is none of this name.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn read(&self, name: &str) -> io::Result<Option<MessageFile>>;
}

/// Whether a request is of a browser on this machine.
pub(crate) fn is_of_this_machine(request: &Request) -> bool {
    let headers = request.headers();
    let authority = request.uri().authority().cloned().or_else(|| host(headers));
    let is_proxied = OF_PROXIES.iter().any(|name| headers.contains_key(name));
    !is_proxied && authority.is_some_and(|authority| is_here(authority.host()))
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(HOST)?.to_str().ok()?.parse().ok()
}

fn is_here(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    // Browsers look up no name below localhost (RFC 6761, section 6.3).
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn asked(headers: &[(&str, &str)]) -> bool {
        let request = Request::builder().uri("/settings/mailbox/");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        is_of_this_machine(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn only_a_browser_that_goes_to_this_machine_by_its_own_names_is_answered() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "app.LOCALHOST:1"] {
            assert!(asked(&[("Host", host)]), "{host}");
            for proxy in ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"] {
                assert!(!asked(&[("Host", host), (proxy, "192.0.2.1")]), "{host} {proxy}");
            }
        }
        for host in ["evil.test:8080", "127.0.0.1.evil.test", "192.0.2.1", "localhost.evil.test", "", "::1"] {
            assert!(!asked(&[("Host", host)]), "{host}");
        }
        assert!(!asked(&[]));
    }
}
