//! The addresses that proxies write into headers, in every form in which they do.
//!
//! The hops are told apart by commas and pairs by semicolons alone, whatever stands between quotation marks: an address
//! holds neither, and a client that opens a quotation must not swallow what the proxy writes behind it.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, header};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A hop whose address cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// In which header trusted proxies say where a request comes from. No other is read: a proxy that writes one of them passes
/// the other on as its client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, which most proxies write.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ForwardedHeader {
    /// Its name.
    pub(super) fn name(self) -> HeaderName {
        match self {
            Self::XForwardedFor => X_FORWARDED_FOR,
            Self::Forwarded => header::FORWARDED,
        }
    }

    /// The addresses of the hops, the last one first: each proxy adds the one it was reached from. Several headers count as
    /// one, in their order (RFC 9110, section 5.3).
    pub(super) fn hops(self, headers: &HeaderMap) -> Vec<Result<IpAddr, Unreadable>> {
        let values = headers.get_all(self.name());
        let texts: Vec<_> = values.iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let hops = texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|hop| !hop.is_empty());
        let mut hops: Vec<_> = hops.map(|hop| self.hop(hop).and_then(address).ok_or(Unreadable)).collect();
        hops.reverse();
        hops
    }

    /// What names the node in one hop.
    fn hop(self, hop: &str) -> Option<&str> {
        match self {
            Self::XForwardedFor => Some(hop),
            Self::Forwarded => hop.split(';').find_map(|pair| {
                let (name, node) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then_some(node)
            }),
        }
    }
}

/// The address of a node: IPv4, or IPv6 with or without brackets, with or without a port, a zone and quotation marks.
/// None for what is no address, such as `unknown` and what a proxy hides behind a name (RFC 7239, section 6.3).
fn address(node: &str) -> Option<IpAddr> {
    // Escapes within quotation marks mean the character itself (RFC 9110, section 5.6.4).
    let node = node.trim().trim_matches('"').replace('\\', "");
    let node = node.trim();
    let host = match node.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port)).then_some(host)?
        }
        None => match node.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => is_port(port).then_some(host)?,
            _ => node,
        },
    };
    let host = host.split_once('%').map_or(host, |(host, _zone)| host);
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A number, or a name in its place (RFC 7239, section 6.2). Some proxies write nothing behind the colon.
fn is_port(port: &str) -> bool {
    port.starts_with('_') || (port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn hops(header: ForwardedHeader, lines: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header.name(), HeaderValue::from_bytes(line).unwrap());
        }
        let hops = header.hops(&headers).into_iter();
        hops.map(|hop| hop.map_or_else(|_| "?".to_owned(), |address| address.to_string())).collect()
    }

    #[test]
    fn an_address_is_read_in_every_form_in_which_proxies_write_one() {
        for (node, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7:49152", "203.0.113.7"),
            ("203.0.113.7:", "203.0.113.7"),
            ("\"203.0.113.7:49152\"", "203.0.113.7"),
            ("203.0.113.7:_hidden", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:DB8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            (r#""\[2001:db8::1\]""#, "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:80", "fe80::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:80", "203.0.113.7"),
            (" \t203.0.113.7 \t", "203.0.113.7"),
        ] {
            assert_eq!(address(node).map(|address| address.to_string()).as_deref(), Some(expected), "{node}");
        }
        for node in [
            "",
            "unknown",
            "_hidden",
            "example.com",
            "203.0.113",
            "203.0.113.7:http",
            "203.0.113.7:123456",
            "[2001:db8::1",
            "[2001:db8::1]x",
            "[203.0.113.7",
            "2001:db8::1::2",
            "203.0.113.7 198.51.100.1",
            "\"",
            "%eth0",
            "[]",
            ":80",
        ] {
            assert_eq!(address(node), None, "{node}");
        }
    }

    #[test]
    fn hops_come_last_first_over_several_headers() {
        let read = |lines: &[&[u8]]| hops(ForwardedHeader::XForwardedFor, lines).join(" ");
        assert_eq!(read(&[]), "");
        assert_eq!(read(&[b""]), "");
        assert_eq!(
            read(&[b"192.0.2.1, 198.51.100.2:80", b" , 203.0.113.3,"]),
            "203.0.113.3 198.51.100.2 192.0.2.1"
        );
        assert_eq!(read(&[b"192.0.2.1,\xff\xfe,203.0.113.3"]), "203.0.113.3 ? 192.0.2.1");
    }

    #[test]
    fn the_forwarded_header_is_read_as_well() {
        let read = |lines: &[&[u8]]| hops(ForwardedHeader::Forwarded, lines).join(" ");
        assert_eq!(read(&[b"for=192.0.2.60;proto=http;by=203.0.113.43"]), "192.0.2.60");
        assert_eq!(read(&[b"proto=https; For=\"[2001:db8:cafe::17]:4711\""]), "2001:db8:cafe::17");
        assert_eq!(
            read(&[b"for=192.0.2.43, for=198.51.100.17", b"FOR=203.0.113.9:80"]),
            "203.0.113.9 198.51.100.17 192.0.2.43"
        );
        assert_eq!(read(&[b"for=_hidden, proto=http, for=unknown"]), "? ? ?");
        // A quotation that a client opens swallows nothing.
        assert_eq!(read(&[b"for=\"192.0.2.1, for=203.0.113.9"]), "203.0.113.9 192.0.2.1");
        // The other header is not looked at.
        let both = HeaderMap::from_iter([(X_FORWARDED_FOR, HeaderValue::from_static("192.0.2.1"))]);
        assert!(ForwardedHeader::Forwarded.hops(&both).is_empty());
    }
}
