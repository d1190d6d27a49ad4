//! Who is at the desk: an operator, by a session that rests on their token.
//!
//! The session is a cookie of its own, which `/v1` does not know. It ends with the token, by signing out, after half an hour
//! without use, and after eight hours; a session or a token that opens nothing counts as other tokens that are worth nothing.

use std::net::IpAddr;

use axum::extract::Request;
use event_store::records::operator_session;
use event_store::records::operator_token::OperatorToken;
use secrecy::SecretString;

use super::pages::Pages;
use super::refusal::Refusal;
use crate::extract::address_of;
use crate::network;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::token;

/// The paths of the desk.
const PATHS: &str = "/settings/desk";

/// What a request shows at the desk, and from where.
pub(super) struct Entrance {
    session: Option<SecretString>,
    address: Option<IpAddr>,
}

impl Entrance {
    /// What a request shows, if it is for the desk.
    pub(super) fn of(pages: &Pages, request: &Request) -> Option<Self> {
        let rest = request.uri().path().strip_prefix(PATHS)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| Self {
            session: pages.state.cookie.read_desk(request.headers()),
            address: address_of(request.extensions(), request.headers(), &pages.state),
        })
    }

    /// The operator whose session it is.
    pub(super) async fn operator(&self, state: &AppState) -> Result<OperatorToken, Refusal> {
        let unauthenticated = || Problem::new(Kind::Unauthenticated);
        let session = self.session.as_ref().filter(|token| token::is_well_formed(token::Kind::Desk, token));
        let session = session.ok_or_else(unauthenticated)?;
        let now = state.store.services().now();
        let found = operator_session::authenticate(state.store.pool(), &token::hash(session), now).await;
        match found.map_err(Problem::from)? {
            Some(operator) => Ok(operator),
            None => Err(state.refuse_token(network::line(self.address), unauthenticated()).await.into()),
        }
    }
}
