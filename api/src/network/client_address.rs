//! The address that a request comes from: that of the connection, or what a proxy that is trusted says of it. Headers say
//! whatever the client likes, and from others are not read.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use ipnet::IpNet;
use tokio::time::Instant;

use super::forwarded::{ForwardedHeader, Unreadable};
use super::is_trusted;

/// How often it is logged that addresses cannot be read.
const EVERY: Duration = Duration::from_secs(60);

/// The address of the client: the last one in the header that is none of our proxies. Each of them adds the address it was
/// reached from; what stands before that is what the client claims. Where one cannot be read, the client counts as the
/// proxy that wrote it.
pub(crate) fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    header: ForwardedHeader,
    proxies: &[IpNet],
) -> (IpAddr, Result<(), Unreadable>) {
    let is_proxy = |address: &IpAddr| is_trusted(*address, proxies);
    let mut client = peer.to_canonical();
    if !is_proxy(&client) {
        return (client, Ok(()));
    }
    for hop in header.hops(headers) {
        client = match hop {
            Ok(address) => address,
            Err(unreadable) => return (client, Err(unreadable)),
        };
        if !is_proxy(&client) {
            break;
        }
    }
    (client, Ok(()))
}

/// Addresses that trusted proxies wrote and that cannot be read: all of their clients then are one. Counted, and logged
/// once a minute without what was written, which is a person's. Clones share the count.
#[derive(Clone, Default)]
pub(crate) struct UnreadAddresses(Arc<Mutex<Untold>>);

#[derive(Default)]
struct Untold {
    requests: u64,
    told_at: Option<Instant>,
}

impl UnreadAddresses {
    /// One more request whose address cannot be read.
    pub(crate) fn note(&self, header: ForwardedHeader) {
        metrics::counter!("personal_settings_http_addresses_unread_total").increment(1);
        if let Some(requests) = self.due() {
            tracing::warn!(
                requests,
                header = header.name().as_str(),
                "a trusted proxy wrote an address that cannot be read: for the limits on guessing and in the history its \
                 clients count as the proxy itself; have it write addresses as 203.0.113.7 or [2001:db8::1], or name \
                 the header it writes with --forwarded-header"
            );
        }
    }

    /// One more; how many there were since it was told last, if it is to be told now.
    fn due(&self) -> Option<u64> {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        untold.requests += 1;
        if untold.told_at.is_some_and(|at| at.elapsed() < EVERY) {
            return None;
        }
        untold.told_at = Some(Instant::now());
        Some(std::mem::take(&mut untold.requests))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn found(peer: &str, header: ForwardedHeader, value: &'static str) -> (String, bool) {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let headers = HeaderMap::from_iter([(header.name(), HeaderValue::from_static(value))]);
        let (address, readable) = client_address(peer.parse().unwrap(), &headers, header, &proxies);
        (address.to_string(), readable.is_ok())
    }

    #[test]
    fn only_a_trusted_proxy_says_where_a_request_comes_from() {
        let client = |peer: &str, value: &'static str| found(peer, ForwardedHeader::XForwardedFor, value).0;
        // A stranger may claim what they like.
        assert_eq!(client("203.0.113.7", "198.51.100.1"), "203.0.113.7");
        assert_eq!(client("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(client("10.0.0.1", "198.51.100.1:49152"), "198.51.100.1");
        // What the client claims itself stands before what our own proxies add.
        assert_eq!(client("10.0.0.1", "192.0.2.66, 198.51.100.1:80, 10.9.9.9:1234"), "198.51.100.1");
        assert_eq!(client("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(client("::1", ""), "::1");
        let forwarded =
            found("10.0.0.1", ForwardedHeader::Forwarded, "for=192.0.2.66, for=\"[2001:db8::1]:80\"");
        assert_eq!(forwarded, ("2001:db8::1".to_owned(), true));
    }

    #[test]
    fn behind_an_address_that_cannot_be_read_nothing_is_believed() {
        let header = ForwardedHeader::XForwardedFor;
        assert_eq!(
            found("::ffff:10.0.0.1", header, "192.0.2.66, nonsense, 10.9.9.9"),
            ("10.9.9.9".to_owned(), false)
        );
        assert_eq!(found("10.0.0.1", header, "unknown"), ("10.0.0.1".to_owned(), false));
        // What the client claims need not be readable.
        assert_eq!(found("10.0.0.1", header, "nonsense, 198.51.100.1"), ("198.51.100.1".to_owned(), true));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_read_is_told_once_a_minute_with_how_often() {
        let unread = UnreadAddresses::default();
        assert_eq!(unread.due(), Some(1));
        assert!((0..100).all(|_| unread.due().is_none()));
        tokio::time::advance(EVERY).await;
        assert_eq!((unread.due(), unread.due()), (Some(101), None));
    }
}
