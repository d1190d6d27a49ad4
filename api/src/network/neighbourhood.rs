//! The network of an address, for people to recognise a session by.

use std::net::IpAddr;

/// The network of an address as people are shown it: as wide as many households (IPv4 /24, IPv6 /48).
pub(crate) fn of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_shown_as_wide_as_many_households() {
        let shown = |text: &str| of(text.parse().unwrap());
        assert_eq!(shown("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(shown("2001:db8:1:2::1"), "2001:db8:1::/48");
    }
}
