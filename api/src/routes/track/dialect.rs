//! How `/track` answers: `1` or `0`, or in JSON with the reason for who asks for it.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Why nothing of a call was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    error: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    /// It is not what it must be; `error` says what would be.
    pub(super) fn malformed(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// It is let into no project.
    pub(super) fn unknown_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "set properties.token of every event to the token of your project",
        )
    }

    /// It is too much; `error` says how much would not be.
    pub(super) fn too_large(error: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    }
}

/// The answer in JSON.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerboseAnswer {
    /// 1: taken in. 0: not.
    #[schema(example = 1)]
    status: u8,
    /// What is wrong, and what would be right; null if nothing is.
    error: Option<String>,
}

/// Whether the sender wants to know the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verbosity(bool);

impl Verbosity {
    /// As the query says.
    pub(super) fn of_query(uri: &Uri) -> Self {
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self(says_verbose(pairs))
    }

    /// A form may say so as well.
    pub(super) fn also(&mut self, verbose: bool) {
        self.0 |= verbose;
    }

    /// The answer to a call.
    pub(super) fn answer(self, outcome: Result<(), Refusal>) -> Response {
        let (status, error) = match outcome {
            Ok(()) => (StatusCode::OK, None),
            Err(refusal) => (refusal.status, Some(refusal.error)),
        };
        let number = u8::from(error.is_none());
        if self.0 {
            (status, Json(VerboseAnswer { status: number, error })).into_response()
        } else {
            (status, number.to_string()).into_response()
        }
    }
}

/// Whether `verbose` is on among the fields of a query or a form.
pub(super) fn says_verbose<'a>(
    pairs: impl Iterator<Item = (std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)>,
) -> bool {
    pairs.into_iter().any(|(name, value)| name == "verbose" && matches!(value.as_ref(), "1" | "true"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::text_of;

    async fn answered(query: &str, outcome: Result<(), Refusal>) -> (u16, String) {
        let uri = format!("/track?{query}").parse().unwrap();
        let response = Verbosity::of_query(&uri).answer(outcome);
        (response.status().as_u16(), text_of(response).await)
    }

    #[tokio::test]
    async fn the_answer_is_a_digit_or_says_why() {
        let refusal = || Err(Refusal::malformed("send JSON"));
        assert_eq!(answered("", Ok(())).await, (200, "1".to_owned()));
        assert_eq!(answered("", refusal()).await, (400, "0".to_owned()));
        let (status, text) = answered("ip=0&verbose=1", Ok(())).await;
        assert_eq!((status, text.as_str()), (200, r#"{"status":1,"error":null}"#));
        let (status, text) = answered("verbose=1", refusal()).await;
        assert_eq!((status, text.as_str()), (400, r#"{"status":0,"error":"send JSON"}"#));
    }
}
