//! Where requests come from, as networks of several widths: what has one address often has many.

mod client_address;
mod forwarded;
pub(crate) mod neighbourhood;

pub(crate) use client_address::{UnreadAddresses, client_address};
pub use forwarded::ForwardedHeader;

use std::fmt::{self, Display, Formatter};
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// How much of the internet a network is. The order is from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Width {
    /// What one connection has: an IPv4 address, an IPv6 network of /64.
    Line,
    /// What one customer is commonly given of IPv6: /56 (RFC 6177). IPv4 has no such width.
    Site,
    /// What a firm or a rack of servers has: /24, /48.
    Block,
    /// What one provider has in one place: /16, /32.
    Provider,
}

impl Width {
    /// Every one, from narrow to wide.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 4] = [Self::Line, Self::Site, Self::Block, Self::Provider];

    fn prefixes(self) -> (Option<u8>, u8) {
        match self {
            Self::Line => (Some(32), 64),
            Self::Site => (None, 56),
            Self::Block => (Some(24), 48),
            Self::Provider => (Some(16), 32),
        }
    }
}

/// The network of a width that an address lies in; none where addresses of its kind have no such width.
pub(crate) fn network(address: IpAddr, width: Width) -> Option<IpNet> {
    let (v4, v6) = width.prefixes();
    match address {
        IpAddr::V4(address) => Ipv4Net::new(address, v4?).ok().map(|network| IpNet::V4(network.trunc())),
        IpAddr::V6(address) => Ipv6Net::new(address, v6).ok().map(|network| IpNet::V6(network.trunc())),
    }
}

/// What an address counts as on its own: the narrowest network.
pub(crate) fn line(address: Option<IpAddr>) -> String {
    named(address, Width::Line).unwrap_or_default()
}

/// The network of a width, by name. Requests of which nothing is known share one, of the narrowest width.
pub(crate) fn named(address: Option<IpAddr>, width: Width) -> Option<String> {
    match address {
        Some(address) => network(address, width).map(|network| network.to_string()),
        None => (width == Width::Line).then(|| "unknown".to_owned()),
    }
}

/// What counts as one client where room is shared: an IPv4 address, or of IPv6 a site, in which one client has more
/// addresses than can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpNet);

impl Network {
    /// The one an address lies in.
    pub(crate) fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self(network(address, Width::Site).unwrap_or(address.into()))
    }
}

impl Display for Network {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether an address is that of a proxy that is trusted.
pub(crate) fn is_trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(address: &str) -> Vec<String> {
        let address = address.parse().ok();
        Width::ALL.into_iter().filter_map(|width| named(address, width)).collect()
    }

    #[test]
    fn an_address_lies_in_networks_of_several_widths() {
        assert_eq!(names("203.0.113.7"), ["203.0.113.7/32", "203.0.113.0/24", "203.0.0.0/16"]);
        let widths = ["2001:db8:1:2::/64", "2001:db8:1::/56", "2001:db8:1::/48", "2001:db8::/32"];
        assert_eq!(names("2001:db8:1:2:3::4"), widths);
        assert_eq!(names("no address"), ["unknown"]);
    }

    #[test]
    fn a_household_of_ipv6_counts_as_one_line() {
        let line = |text: &str| line(text.parse().ok());
        assert_eq!(line("2001:db8:1:2:3::4"), line("2001:db8:1:2:ffff::9"));
        assert_ne!(line("2001:db8:1:2::1"), line("2001:db8:1:3::1"));
    }

    #[test]
    fn a_site_of_ipv6_is_one_client() {
        let client = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(client("2001:db8:1:200::1"), client("2001:db8:1:2ff:3::4"));
        assert_ne!(client("2001:db8:1:200::1"), client("2001:db8:1:300::1"));
        assert_ne!(client("203.0.113.7"), client("203.0.113.8"));
        assert_eq!(client("::ffff:203.0.113.7"), client("203.0.113.7"));
    }
}
