//! Who acts, from where, and in consequence of which request.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use domain::Actor;
use domain::RequestId as PrivacyRequestId;
use event_store::records::authentication::{InSession, SUDO_LIFE};
use event_store::records::idempotency::ExecutionMark;
use event_store::{CommandContext, Origin, Precedence};
use uuid::Uuid;

use super::session::UnderSudo;
use super::{CurrentSession, Visitor, address_of};
use crate::network;
use crate::problem::Problem;
use crate::state::AppState;
use crate::writing::Writing;

/// Longest name of a program that is kept, in characters.
const LONGEST_USER_AGENT: usize = 512;

/// The id of a request: in our answer, in our logs, and what the events it leads to have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestTag(pub(crate) Uuid);

/// Where a request comes from.
pub(crate) struct RequestContext {
    tag: RequestTag,
    origin: Origin,
    visitor: Visitor,
    /// Where it came with an Idempotency-Key.
    once: Option<ExecutionMark>,
    /// The session of the caller; under sudo, what its commands rest on.
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

    /// By what the visitor can be known again.
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

    /// The context of a command that the service sends on behalf of a caller, who need have no account: where the request came
    /// from is not kept.
    pub(crate) fn command_of_service(&self) -> CommandContext {
        CommandContext { once: self.once.clone(), ..CommandContext::service(self.tag.0) }
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
        let origin = Origin {
            ip_address: address_of(&parts.extensions, &parts.headers, state),
            user_agent: user_agent(&parts.headers),
        };
        let visitor = Visitor::read(&parts.headers, &origin, state.cookie);
        let once = parts.extensions.get::<ExecutionMark>().cloned();
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
