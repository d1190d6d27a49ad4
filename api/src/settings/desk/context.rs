//! Where a form of the desk comes from, and what it does about the session: it begins and ends with an event of the operator.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::operator::{Operator, OperatorCommand, OperatorScope};
use domain::{Actor, OperatorId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::operator_session::NewOperatorSession;
use event_store::records::operator_token::{self, OperatorToken};
use secrecy::SecretString;

use crate::extract::RequestContext;
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::security_log::{Subject, Witness};
use crate::settings::pages::Pages;
use crate::state::AppState;
use crate::token;

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
