//! The address that a request comes from, as its extension keeps it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use crate::network::{self, client_address};
use crate::state::AppState;

/// The address a request comes from: found out once, before anything else is done with it.
#[derive(Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

/// The address that a request comes from, where it is known.
pub(crate) fn address_of(extensions: &Extensions, headers: &HeaderMap, state: &AppState) -> Option<IpAddr> {
    if let Some(ClientAddress(known)) = extensions.get() {
        return *known;
    }
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    let header = state.config.forwarded_header;
    let (address, readable) = client_address(peer.ip(), headers, header, &state.config.proxies);
    if readable.is_err() {
        state.unread_addresses.note(header);
    }
    Some(address)
}

/// What the address a request comes from is counted as.
pub(super) fn network_of(parts: &Parts, state: &AppState) -> String {
    network::line(address_of(&parts.extensions, &parts.headers, state))
}
