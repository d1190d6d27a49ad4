//! Which position of the log the client has seen.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::command::EVENT_POSITION;
use crate::problem::Problem;
use crate::state::AppState;

/// The `Event-Position` a client sends along with a read, from the answer to a command it sent to
/// whatever process. Anything but a positive number is taken as none: it only ever makes a read wait.
pub(crate) struct SeenPosition(pub(crate) Option<i64>);

impl FromRequestParts<AppState> for SeenPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let value = parts.headers.get(EVENT_POSITION).and_then(|value| value.to_str().ok());
        Ok(Self(value.and_then(|text| text.parse().ok()).filter(|position| *position > 0)))
    }
}
