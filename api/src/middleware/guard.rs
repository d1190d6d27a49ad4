//! The caller of an operation that writes, and how often they call: before anything else is done for them.
//!
//! The guards of the route run here already, so that an answer that was kept is not given again to a caller whom the
//! route would not let in; and limits are counted for callers who may, so that none uses up another's.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use domain::OperatorId;
use event_store::Precedence;
use event_store::records::idempotency::Caller;

use super::idempotency::idempotent;
use crate::extract::{CurrentSession, Gateway, Operator, PrivacyDesk, Sudo};
use crate::limits;
use crate::problem::Problem;
use crate::state::AppState;
use crate::writing::{Counted, Guard, Writing, WritingsByRoute};

/// Lets a request that writes through to its route if its caller may send it, and not too many of them; and
/// [idempotent] where it names a key.
pub(crate) async fn guard(
    State((state, writings)): State<(AppState, Arc<WritingsByRoute>)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(writing) = writings.recognize(&request) else { return Ok(next.run(request).await) };
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(writing);
    if let Some(caller) = let_in(&state, &writing, &mut parts).await? {
        parts.extensions.insert(caller);
    }
    idempotent(state, writing, Request::from_parts(parts, body), next).await
}

async fn let_in(state: &AppState, writing: &Writing, parts: &mut Parts) -> Result<Option<Caller>, Problem> {
    let current = match writing.guard {
        Guard::ByRoute | Guard::Link => return Ok(None),
        Guard::Operator => {
            let Operator(operator) = Operator::from_request_parts(parts, state).await?;
            return pace_operator(state, operator).map(Some);
        }
        Guard::PrivacyDesk => {
            let PrivacyDesk(operator) = PrivacyDesk::from_request_parts(parts, state).await?;
            return pace_operator(state, operator).map(Some);
        }
        Guard::Gateway => {
            let Gateway(operator) = Gateway::from_request_parts(parts, state).await?;
            return pace_operator(state, operator).map(Some);
        }
        Guard::Session => CurrentSession::from_request_parts(parts, state).await?,
        Guard::Sudo => Sudo::from_request_parts(parts, state).await?.0,
    };
    let (account, session) = (current.account().to_string(), current.0.id);
    match writing.precedence {
        Precedence::Ordinary => {
            state.pace(limits::COMMANDS_OF_SESSION, &session.to_string())?;
            state.pace(limits::COMMANDS_OF_ACCOUNT, &account)?;
        }
        // Of the session alone: others of the account's must not be able to use it up.
        Precedence::EndsIntrusion => state.pace(limits::ENDINGS_OF_SESSION, &session.to_string())?,
    }
    if let Counted::OfAccount(limit) = writing.limit {
        state.limit(limit, &account).await?;
    }
    Ok(Some(Caller::Session { account: current.account(), session }))
}

fn pace_operator(state: &AppState, operator: OperatorId) -> Result<Caller, Problem> {
    let id = operator.to_string();
    state.pace(limits::COMMANDS_OF_OPERATOR, &id)?;
    Ok(Caller::Operator(operator))
}
