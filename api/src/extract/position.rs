//! Which position of the log the client has seen.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::CurrentSession;
use crate::event_position::EVENT_POSITION;
use crate::problem::Problem;
use crate::state::AppState;

/// The `Event-Position` an account holder sends along with a read, from the answer to a command they sent to
/// whatever process. Anything that was not sealed for their account is taken as none: it only ever makes a read wait.
pub(crate) struct SeenPosition(pub(crate) Option<i64>);

impl FromRequestParts<AppState> for SeenPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Some(text) = parts.headers.get(EVENT_POSITION).and_then(|value| value.to_str().ok()) else {
            return Ok(Self(None));
        };
        let text = text.to_owned();
        let account = CurrentSession::from_request_parts(parts, state).await?.account();
        let opened = state.store.log().open_position(account, &text).await;
        Ok(Self(opened.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "opening the position token failed");
            None
        })))
    }
}
