//! How many connections may be open.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::network::{Network, is_trusted};

/// How many connections may be open: beyond that, a new one is closed at once.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// In all.
    pub total: usize,
    /// From one address; of IPv6, from one /56.
    pub per_address: usize,
    /// Networks of proxies, whose connections come from one address and are many people's: counted in all alone.
    pub trusted: Vec<IpNet>,
}

impl ConnectionLimits {
    /// What the address of a connection is counted as, if its own limit holds for it.
    pub(super) fn counted_as(&self, peer: IpAddr) -> Option<Network> {
        (!is_trusted(peer, &self.trusted)).then(|| Network::of(peer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_that_is_trusted_is_not_counted_as_one_client() {
        let trusted = vec!["10.0.0.0/8".parse().unwrap()];
        let limits = ConnectionLimits { total: 10, per_address: 2, trusted };
        let counted = |text: &str| limits.counted_as(text.parse().unwrap());
        assert_eq!(counted("10.0.0.1"), None);
        assert_eq!(counted("::ffff:10.0.0.1"), None);
        assert_eq!(counted("203.0.113.7"), counted("::ffff:203.0.113.7"));
        assert!(counted("203.0.113.7").is_some());
    }
}
