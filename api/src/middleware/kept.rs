//! An answer as it is kept for a caller that sends the same request again.

use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};

use crate::event_position::EVENT_POSITION;
use crate::problem::{Kind, Problem};
use crate::writing::Repeat;

pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Headers that belong to what was done, and so to every answer about it.
const KEPT: [HeaderName; 3] = [LOCATION, EVENT_POSITION, CONTENT_TYPE];

/// See the module.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    /// Base64.
    body: String,
    /// Whether only that it was given is kept: it held a secret.
    #[serde(default)]
    secret: bool,
}

impl Kept {
    /// What is kept of an answer. Of one that held a secret that is only that it was given; a refusal holds none.
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: &[u8], repeat: Repeat) -> Self {
        if status.is_success() && repeat != Repeat::Same {
            return Self { status: status.as_u16(), headers: Vec::new(), body: String::new(), secret: true };
        }
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let kept = headers.iter().filter(|(name, _)| KEPT.contains(name));
        let headers = kept.filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect();
        Self { status: status.as_u16(), headers, body: BASE64_STANDARD.encode(body), secret: false }
    }

    /// The answer to a repeat.
    pub(super) fn replay(written: &[u8], repeat: Repeat) -> Result<Response, Problem> {
        let kept: Self = serde_json::from_slice(written).map_err(Problem::internal)?;
        if kept.secret {
            let another = match repeat {
                Repeat::Told(another) => another,
                Repeat::Same | Repeat::Anew => "Ask for another with another Idempotency-Key.",
            };
            return Err(Problem::because(Kind::AnswerNotRepeatable, another));
        }
        let body = BASE64_STANDARD.decode(kept.body).map_err(Problem::internal)?;
        let mut response =
            (StatusCode::from_u16(kept.status).map_err(Problem::internal)?, body).into_response();
        // An answer without a body had no type either.
        response.headers_mut().remove(CONTENT_TYPE);
        for (name, value) in kept.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(Problem::internal)?;
            let value = HeaderValue::from_str(&value).map_err(Problem::internal)?;
            response.headers_mut().append(name, value);
        }
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::text_of;

    #[tokio::test]
    async fn a_kept_answer_is_given_again_as_it_was() {
        let headers = HeaderMap::from_iter([
            (LOCATION, HeaderValue::from_static("/v1/organizations/org_1")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (EVENT_POSITION, HeaderValue::from_static("7")),
            (HeaderName::from_static("x-request-id"), HeaderValue::from_static("of the first")),
        ]);
        let kept = Kept::new(StatusCode::CREATED, &headers, b"{\"id\":1}", Repeat::Same);
        let response = Kept::replay(&serde_json::to_vec(&kept).unwrap(), Repeat::Same).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()[LOCATION], "/v1/organizations/org_1");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(response.headers()[EVENT_POSITION], "7");
        assert_eq!(response.headers()[REPLAYED], "true");
        assert!(!response.headers().contains_key("x-request-id"));
        assert_eq!(text_of(response).await, "{\"id\":1}");
    }

    #[test]
    fn of_an_answer_with_a_secret_it_is_kept_that_it_was_given() {
        let repeat = Repeat::Told("make another");
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("/secret"))]);
        let kept = serde_json::to_vec(&Kept::new(StatusCode::CREATED, &headers, b"secret", repeat)).unwrap();
        let text = String::from_utf8(kept.clone()).unwrap();
        assert!(!text.contains("/secret") && !text.contains(&BASE64_STANDARD.encode(b"secret")), "{text}");
        assert_eq!(Kept::replay(&kept, repeat).unwrap_err().kind(), Kind::AnswerNotRepeatable);
        // A refusal is the same for a repeat.
        let refused = Kept::new(StatusCode::CONFLICT, &HeaderMap::new(), b"no", repeat);
        let response = Kept::replay(&serde_json::to_vec(&refused).unwrap(), repeat).unwrap();
        assert_eq!(response.status(), StatusCode::CONFLICT);
    }
}
