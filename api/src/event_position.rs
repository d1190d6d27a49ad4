//! The header with which positions in the event log travel: in the answer to a command, and along with a read.

use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};

/// Its name.
pub(crate) const EVENT_POSITION: HeaderName = HeaderName::from_static("event-position");

/// The position of a command's effect, as a header of its answer. Left out when it is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventPosition(Option<HeaderValue>);

impl EventPosition {
    /// No position to tell.
    pub(crate) fn unknown() -> Self {
        Self(None)
    }

    /// The position as an account holder gets it.
    pub(crate) fn sealed(position: &str) -> Self {
        Self(HeaderValue::try_from(position).ok())
    }

    /// The number itself, for those who run the service.
    pub(crate) fn plain(position: Option<i64>) -> Self {
        Self(position.map(HeaderValue::from))
    }
}

impl IntoResponseParts for EventPosition {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        if let Some(position) = self.0 {
            parts.headers_mut().insert(EVENT_POSITION, position);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    #[test]
    fn a_known_position_is_told() {
        let header = |position| {
            let response = (EventPosition::plain(position), ()).into_response();
            response.headers().get(EVENT_POSITION).cloned()
        };
        assert_eq!(header(Some(42)).unwrap(), "42");
        assert_eq!(header(None), None);
    }
}
