//! By what a visitor is known again: the cookie of a browser, or the network and the name of a program.

use std::net::IpAddr;

use axum::http::HeaderMap;
use event_store::Origin;
use secrecy::SecretString;

use crate::network;
use crate::session_cookie::SessionCookie;
use crate::token::{self, Kind};

/// What a browser says of each request (Fetch Metadata), and other programs do not.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// A visitor, as far as they can be known again without signing in.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// The address they come from.
    pub(crate) address: Option<IpAddr>,
    /// What their program calls itself.
    pub(crate) program: String,
    /// What the browser was given to be known by.
    pub(crate) browser: Option<SecretString>,
    /// Whether it is a browser, which keeps a cookie.
    pub(crate) keeps_cookies: bool,
}

impl Visitor {
    pub(super) fn read(headers: &HeaderMap, origin: &Origin, cookie: SessionCookie) -> Self {
        let shown = cookie.read_browser(headers);
        Self {
            address: origin.ip_address,
            program: origin.user_agent.clone().unwrap_or_default(),
            browser: shown.filter(|value| token::is_well_formed(Kind::Browser, value)),
            keeps_cookies: headers.contains_key(SEC_FETCH_SITE),
        }
    }

    /// The network and the program in one.
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", network::line(self.address), self.program)
    }
}
