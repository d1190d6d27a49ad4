//! Who acts, from where, and in consequence of which request.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{HeaderName, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use domain::RequestId as PrivacyRequestId;
use event_store::vault::authentication::{InSession, SUDO_LIFE};
use event_store::vault::idempotency::Mark;
use event_store::{Actor, CommandContext, Origin, Precedence};
use ipnet::IpNet;
use uuid::Uuid;

use super::session::UnderSudo;
use super::{CurrentSession, Visitor};
use crate::network;
use crate::problem::Problem;
use crate::state::AppState;
use crate::writing::Writing;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Longest name of a program that is kept, in characters.
const LONGEST_USER_AGENT: usize = 512;

/// The id of a request: in our answer, in our logs, and what the events it leads to have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestTag(pub(crate) Uuid);

/// Where a request comes from. The address is that of the connection, or what a proxy that is trusted says of it:
/// headers such as `X-Forwarded-For` say whatever the client likes, and from others are not read.
pub(crate) struct RequestContext {
    tag: RequestTag,
    origin: Origin,
    visitor: Visitor,
    /// Where it came with an Idempotency-Key.
    once: Option<Mark>,
    /// The session of who asks; under sudo, what its commands rest on.
    session: Option<InSession>,
    precedence: Precedence,
}

impl RequestContext {
    /// Where the request comes from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What the address it comes from is counted as.
    pub(crate) fn network(&self) -> String {
        network::line(self.origin.ip_address)
    }

    /// By what who asks can be known again.
    pub(crate) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// The context of a command that `actor` sends with this request.
    pub(crate) fn command(&self, actor: Actor) -> CommandContext {
        let correlation = self.tag.0;
        let (origin, once) = (self.origin.clone(), self.once.clone());
        CommandContext {
            actor,
            origin,
            causation: None,
            correlation,
            once,
            session: self.session,
            precedence: self.precedence,
        }
    }

    /// The context of a command that the service sends on behalf of whoever asks, who need have no account: from where
    /// it was asked is kept of nobody.
    pub(crate) fn command_of_service(&self) -> CommandContext {
        CommandContext { once: self.once.clone(), ..CommandContext::service(self.tag.0) }
    }

    /// The context of a command that `actor` sends about a privacy request: everything that ever happens
    /// to one has its id in common.
    pub(crate) fn command_about(&self, actor: Actor, request: PrivacyRequestId) -> CommandContext {
        CommandContext { correlation: request.uuid(), ..self.command(actor) }
    }
}

/// What the address a request comes from is counted as.
pub(super) fn network_of(parts: &Parts, state: &AppState) -> String {
    network::line(address_of(&parts.extensions, &parts.headers, state))
}

impl FromRequestParts<AppState> for RequestContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let known = parts.extensions.get::<RequestTag>().copied();
        let tag = known.unwrap_or_else(|| RequestTag(state.store.services().ids.uuid()));
        let origin = Origin {
            ip_address: address_of(&parts.extensions, &parts.headers, state),
            user_agent: user_agent(&parts.headers),
        };
        let visitor = Visitor::read(&parts.headers, &origin, state.cookie);
        let once = parts.extensions.get::<Mark>().cloned();
        let precedence = parts.extensions.get::<Writing>().map(|writing| writing.precedence);
        let precedence = precedence.unwrap_or_default();
        Ok(Self { tag, origin, visitor, once, session: session_of(parts, state), precedence })
    }
}

/// The session that an extractor before this one has found, and what must still count of it.
fn session_of(parts: &Parts, state: &AppState) -> Option<InSession> {
    let session = parts.extensions.get::<CurrentSession>()?.0.id;
    let under_sudo = parts.extensions.get::<UnderSudo>();
    Some(InSession { session, proved_since: under_sudo.map(|_| state.store.services().now() - SUDO_LIFE) })
}

/// The address that a request comes from, where it is known.
pub(crate) fn address_of(extensions: &Extensions, headers: &HeaderMap, state: &AppState) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(client_address(peer.ip(), headers, &state.config.proxies))
}

/// The address of the client: the last one in `X-Forwarded-For` that is none of our proxies. Each of them adds the
/// address it was reached from; what stands before that is what the client claims.
fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    let is_proxy = |address: &IpAddr| network::is_trusted(*address, proxies);
    if !is_proxy(&peer) {
        return peer;
    }
    let values = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !is_proxy(&client) {
            break;
        }
    }
    client
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(USER_AGENT)?.as_bytes());
    let kept: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_USER_AGENT).collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_a_trusted_proxy_says_where_a_request_comes_from() {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let client = |peer: &str, forwarded: &'static str| {
            let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, HeaderValue::from_static(forwarded))]);
            client_address(peer.parse().unwrap(), &headers, &proxies).to_string()
        };
        // A stranger may claim what they like.
        assert_eq!(client("203.0.113.7", "198.51.100.1"), "203.0.113.7");
        assert_eq!(client("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        // What the client claims itself stands before what our own proxies add.
        assert_eq!(client("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.9.9.9"), "198.51.100.1");
        assert_eq!(client("::ffff:10.0.0.1", "192.0.2.66, nonsense, 10.9.9.9"), "10.9.9.9");
        assert_eq!(client("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(client_address("::1".parse().unwrap(), &HeaderMap::new(), &proxies).to_string(), "::1");
    }

    #[test]
    fn the_name_of_a_program_is_kept_short_and_printable() {
        let kept = |bytes: &[u8]| {
            user_agent(&HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_bytes(bytes).unwrap())]))
        };
        assert_eq!(kept(b"curl/8.1"), Some("curl/8.1".to_owned()));
        assert_eq!(kept(b"a\tb\xff"), Some("ab\u{fffd}".to_owned()));
        assert_eq!(kept(&[b'x'; 2_000]).unwrap().len(), 512);
        assert_eq!(kept(b"\t"), None);
        assert_eq!(user_agent(&HeaderMap::new()), None);
    }
}
