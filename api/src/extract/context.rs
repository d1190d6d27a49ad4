//! Who acts, from where, and in consequence of which request.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use domain::RequestId as PrivacyRequestId;
use event_store::{Actor, CommandContext, Origin};
use uuid::Uuid;

use crate::problem::Problem;
use crate::state::AppState;

/// Longest name of a program that is kept, in characters.
const LONGEST_USER_AGENT: usize = 512;

/// The id of a request: in our answer, in our logs, and what the events it leads to have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestTag(pub(crate) Uuid);

/// Where a request comes from. The address is that of the connection: headers such as `X-Forwarded-For`
/// say whatever the client likes, and are not read.
pub(crate) struct RequestContext {
    tag: RequestTag,
    origin: Origin,
}

impl RequestContext {
    /// The context of a command that `actor` sends with this request.
    pub(crate) fn command(&self, actor: Actor) -> CommandContext {
        let correlation = self.tag.0;
        CommandContext { actor, origin: self.origin.clone(), causation: None, correlation }
    }

    /// The context of a command that `actor` sends about a privacy request: everything that ever happens
    /// to one has its id in common.
    pub(crate) fn command_about(&self, actor: Actor, request: PrivacyRequestId) -> CommandContext {
        CommandContext { correlation: request.uuid(), ..self.command(actor) }
    }
}

impl FromRequestParts<AppState> for RequestContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let known = parts.extensions.get::<RequestTag>().copied();
        let tag = known.unwrap_or_else(|| RequestTag(state.store.services().ids.uuid()));
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let origin = Origin {
            ip_address: peer.map(|ConnectInfo(address)| address.ip().to_canonical()),
            user_agent: user_agent(&parts.headers),
        };
        Ok(Self { tag, origin })
    }
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
