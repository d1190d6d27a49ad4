//! Who is asking: someone who runs the service, by token alone.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::OperatorId;
use event_store::vault::operator;

use super::bearer;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::token;

/// The operator whose token a request shows. No cookie opens these routes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator(pub(crate) OperatorId);

impl FromRequestParts<AppState> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(*known);
        }
        let unauthenticated = || Problem::new(Kind::Unauthenticated);
        let token = bearer(&parts.headers).flatten().ok_or_else(unauthenticated)?;
        let now = state.store.services().now();
        let found = operator::authenticate(state.store.pool(), &token::hash(&token), now).await?;
        let operator = Self(found.ok_or_else(unauthenticated)?);
        parts.extensions.insert(operator);
        Ok(operator)
    }
}
