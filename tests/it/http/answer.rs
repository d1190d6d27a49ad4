//! An answer as it came over the wire.

use bytes::Bytes;
use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Sends a request and reads the answer to its end.
pub(super) async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, body: answer.bytes().await.unwrap() }
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header as text; empty where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The answer must have `status`.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The answer must be a problem document (RFC 9457) of this type, whole and of one mind with its
    /// status line.
    #[track_caller]
    pub(super) fn problem(&self, status: u16, slug: &str) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(
            (self.status, &problem["type"]),
            (status, &format!("/problems/{slug}").into()),
            "{self:?}"
        );
        assert_eq!(problem["status"], status, "{self:?}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{self:?}");
        problem
    }

    /// Where the input was wrong: the pointers of a 422.
    #[track_caller]
    pub(super) fn pointers(&self) -> Vec<String> {
        let problem = self.problem(422, "invalid-input");
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("no errors: {self:?}"));
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }
}
