//! Who is at the desk: an operator, by a session that rests on their token.
//!
//! The session is a cookie of its own, which `/v1` does not know. It ends with the token, by signing out, after half an hour
//! without use, and after eight hours; a session or a token that opens nothing counts as other tokens that are worth nothing.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use domain::operator::{Operator, OperatorCommand, OperatorScope};
use domain::{Actor, OperatorId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::operator_session::{self, NewOperatorSession};
use event_store::records::operator_token::{self, OperatorToken};
use secrecy::SecretString;

use crate::extract::{RequestContext, address_of};
use crate::limits;
use crate::network;
use crate::problem::{Kind, Problem};
use crate::security_log::{Subject, Witness};
use crate::settings::pages::Pages;
use crate::settings::refusal::Refusal;
use crate::state::AppState;
use crate::token;

/// The paths of the desk.
const PATHS: &str = "/settings/desk";

/// What a request shows at the desk, and from where.
pub(in crate::settings) struct Entrance {
    session: Option<SecretString>,
    address: Option<IpAddr>,
}

impl Entrance {
    /// What a request shows, if it is for the desk.
    pub(in crate::settings) fn of(pages: &Pages, request: &Request) -> Option<Self> {
        let rest = request.uri().path().strip_prefix(PATHS)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| Self {
            session: pages.state.cookie.read_desk(request.headers()),
            address: address_of(request.extensions(), request.headers(), &pages.state),
        })
    }

    /// The operator whose session it is.
    pub(in crate::settings) async fn operator(&self, state: &AppState) -> Result<OperatorToken, Refusal> {
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

/// Whether a token lets its operator in at the desk.
fn lets_in(token: &OperatorToken) -> bool {
    [OperatorScope::Privacy, OperatorScope::Admin].iter().any(|scope| token.scopes.contains(scope))
}

/// Where a form of the desk comes from.
pub(super) struct DeskContext {
    context: RequestContext,
    witness: Option<Witness>,
    state: AppState,
    session: Option<SecretString>,
}

impl FromRequestParts<Pages> for DeskContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Problem> {
        Ok(Self {
            context: RequestContext::from_request_parts(parts, &pages.state).await?,
            witness: parts.extensions.get::<Witness>().cloned(),
            state: pages.state.clone(),
            session: pages.state.cookie.read_desk(&parts.headers),
        })
    }
}

impl DeskContext {
    /// Begins a session with an operator's token: the token of the session. One that this browser had ends.
    ///
    /// # Errors
    /// `wrong-credentials` where the token is not valid, `insufficient-scope` where it is not for the desk, and 429 after too
    /// many that were not valid.
    pub(super) async fn sign_in(&self, shown: &SecretString) -> Result<SecretString, Problem> {
        let (state, token_hash) = (&self.state, token::hash(shown));
        let now = state.store.services().now();
        let Some(operator) = operator_token::authenticate(state.store.pool(), &token_hash, now).await? else {
            let refusal = Problem::new(Kind::WrongCredentials);
            return Err(state.refuse_token(self.context.network(), refusal).await);
        };
        let id = operator.operator_id;
        self.witness.iter().for_each(|witness| witness.saw(Subject::Operator(id)));
        if !lets_in(&operator) {
            return Err(Problem::new(Kind::InsufficientScope));
        }
        state.pace(limits::COMMANDS_OF_OPERATOR, &id.to_string())?;
        let session = token::generate(token::Kind::Desk);
        let new = NewOperatorSession {
            session_hash: token::hash(&session).to_vec(),
            token_hash: token_hash.to_vec(),
            operator: id,
            at: now,
        };
        let records = self.former().into_iter().chain([RecordWrite::OpenOperatorSession(new)]).collect();
        self.record(id, OperatorCommand::SignIn, records).await?;
        Ok(session)
    }

    /// Ends the session of this browser.
    pub(super) async fn sign_out(&self, operator: OperatorId) -> Result<(), Problem> {
        self.witness.iter().for_each(|witness| witness.saw(Subject::Operator(operator)));
        self.record(operator, OperatorCommand::SignOut, self.former().into_iter().collect()).await
    }

    /// The end of the session that this browser has shown.
    fn former(&self) -> Option<RecordWrite> {
        let session = self.session.as_ref()?;
        Some(RecordWrite::EndOperatorSession(token::hash(session).to_vec()))
    }

    async fn record(
        &self,
        operator: OperatorId,
        command: OperatorCommand,
        records: Vec<RecordWrite>,
    ) -> Result<(), Problem> {
        let context = self.context.command(Actor::Operator(operator));
        let extras = CommitExtras { records, ..CommitExtras::default() };
        self.state.execute::<Operator>(&operator.to_string(), command, &context, extras).await?;
        Ok(())
    }
}
