//! The caller: an operator, by token alone.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::OperatorId;
use domain::operator::OperatorScope;
use event_store::records::operator_token::{self, OperatorToken};

use super::{address, bearer};
use crate::problem::{Kind, Problem};
use crate::security_log::{Subject, Witness};
use crate::state::AppState;
use crate::token;

/// An operator who may use all of the operators' routes. No cookie opens these routes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator(pub(crate) OperatorId);

/// An operator who may read what happened: for auditors, and for the privacy desk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Auditor(pub(crate) OperatorId);

/// An operator at the privacy desk, who sees the requests of all accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PrivacyDesk(pub(crate) OperatorId);

/// A gateway, which may ask what credentials are worth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gateway(pub(crate) OperatorId);

impl FromRequestParts<AppState> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        allowed(parts, state, &[]).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Auditor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        allowed(parts, state, &[OperatorScope::Audit, OperatorScope::Privacy]).await.map(Self)
    }
}

impl FromRequestParts<AppState> for PrivacyDesk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        allowed(parts, state, &[OperatorScope::Privacy]).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Gateway {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        allowed(parts, state, &[OperatorScope::Introspect]).await.map(Self)
    }
}

/// The operator of the token shown, if it has one of `scopes`, or may do everything.
async fn allowed(
    parts: &mut Parts,
    state: &AppState,
    scopes: &[OperatorScope],
) -> Result<OperatorId, Problem> {
    let shown = shown(parts, state).await?;
    let admitted = || scopes.iter().chain(&[OperatorScope::Admin]);
    if admitted().any(|scope| shown.scopes.contains(scope)) {
        return Ok(shown.operator_id);
    }
    let names: Vec<&str> = admitted().map(|scope| scope.as_str()).collect();
    let detail = match names.as_slice() {
        [only] => format!("The token has not the scope {only}, which this route wants."),
        several => {
            format!("The token has none of the scopes that this route takes: {}.", several.join(", "))
        }
    };
    Err(Problem::because(Kind::InsufficientScope, detail))
}

/// The operator whose token a request shows.
async fn shown(parts: &mut Parts, state: &AppState) -> Result<OperatorToken, Problem> {
    // Looked up before: by a middleware of the same request, or by a page of the privacy desk.
    if let Some(known) = parts.extensions.get::<OperatorToken>().cloned() {
        witness(parts, &known);
        return Ok(known);
    }
    let unauthenticated = || Problem::new(Kind::Unauthenticated);
    let token = bearer(&parts.headers).flatten().ok_or_else(unauthenticated)?;
    let now = state.store.services().now();
    let found = operator_token::authenticate(state.store.pool(), &token::hash(&token), now).await?;
    let Some(found) = found else {
        return Err(state.refuse_token(address::network_of(parts, state), unauthenticated()).await);
    };
    parts.extensions.insert(found.clone());
    witness(parts, &found);
    Ok(found)
}

fn witness(parts: &Parts, token: &OperatorToken) {
    if let Some(witness) = parts.extensions.get::<Witness>() {
        witness.saw(Subject::Operator(token.operator_id));
    }
}
