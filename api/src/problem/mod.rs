//! Refusals, as problem documents (RFC 9457).
//!
//! One type for all of them. Its `type` is `/problems/` and a name that never changes ([`Kind`]), and leads to a page; what a
//! client can act on stands in members of its own. A failure of ours carries its cause as far as here,
//! where it is logged once, with the whole chain; what goes out says nothing of it.

mod advice;
mod example;
mod from_store;
mod kind;
mod members;

use std::error::Error;

use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::{AccountId, OrganizationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use example::example_of;
pub(crate) use kind::Kind;
pub(crate) use members::{Candidate, Method, OwnerNeeded, SecondFactor};

/// The media type of a problem (RFC 9457, section 3).
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Whose account an answer is about, where it does not tell. For the security log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About(pub(crate) AccountId);

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    detail: String,
    errors: Vec<InputError>,
    request_id: Option<String>,
    state: Option<&'static str>,
    second_factor: Option<SecondFactor>,
    organizations: Vec<OwnerNeeded>,
    organization_id: Option<OrganizationId>,
    headers: HeaderMap,
    /// Whom it is about, where the answer does not tell.
    about: Option<AccountId>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// A problem as it goes out.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, title = "Problem", description = "A refusal (RFC 9457)")]
pub(crate) struct Document {
    /// What went wrong: `/problems/` and a stable name. Act on this.
    #[schema(format = "uri-reference", example = "/problems/invalid-input")]
    r#type: String,
    /// The same in words; the same for every problem of the type.
    #[schema(example = "The input is wrong.")]
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is to be said about this very occurrence.
    #[schema(example = "Some of the input is missing, unknown or wrong.")]
    detail: String,
    /// What is wrong with the input, place by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<InputError>,
    /// `/problems/request-open`: the request that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The state in which the wish cannot be granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    /// `/problems/second-factor-required`: what is wanted, and the code that was sent, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<SecondFactor>,
    /// `/problems/owners-needed`: the organizations that need an owner, and who could be one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    organizations: Vec<OwnerNeeded>,
    /// `/problems/second-factor-demanded`: the organization that demands it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "org_01h455vb4pex5vsknk084sn02q")]
    organization_id: Option<OrganizationId>,
}

/// One thing that is wrong with the input.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub(crate) struct InputError {
    /// Where in the body, as a JSON pointer (RFC 6901); empty for the whole of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Which parameter of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// What is wrong, and what would be right.
    #[schema(example = "expected an email address")]
    message: String,
}

impl InputError {
    /// Something is wrong at `pointer` in the body.
    pub(crate) fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, message: message.into() }
    }

    /// Where in the body, as a JSON pointer; empty where it is no place of the body.
    pub(crate) fn pointer(&self) -> &str {
        self.pointer.as_deref().unwrap_or_default()
    }

    /// Something is wrong with a parameter of the query.
    pub(crate) fn parameter(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(name.into()), message: message.into() }
    }
}

impl Problem {
    /// A problem that says what its type says.
    pub(crate) fn new(kind: Kind) -> Self {
        Self::because(kind, kind.title())
    }

    /// A problem with words of its own.
    pub(crate) fn because(kind: Kind, detail: impl Into<String>) -> Self {
        let problem = Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            request_id: None,
            state: None,
            second_factor: None,
            organizations: Vec::new(),
            organization_id: None,
            headers: HeaderMap::new(),
            about: None,
            cause: None,
        }));
        match kind {
            // RFC 9110, section 11.6.1: a 401 names the scheme.
            kind if kind.status() == StatusCode::UNAUTHORIZED => {
                problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            kind if kind.is_temporary() => {
                // Spread, so that those who were sent away together do not come back together.
                problem.with_header(header::RETRY_AFTER, rand::random_range(1..=5u16).into())
            }
            _ => problem,
        }
    }

    /// The same problem in other words.
    pub(crate) fn in_words(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// The body is well-formed, but says something that cannot be.
    pub(crate) fn invalid(errors: Vec<InputError>) -> Self {
        let mut problem =
            Self::because(Kind::InvalidInput, "Some of the input is missing, unknown or wrong.");
        problem.0.errors = errors;
        problem
    }

    /// A parameter of the query cannot be used.
    pub(crate) fn invalid_parameter(error: InputError) -> Self {
        let mut problem =
            Self::because(Kind::InvalidParameters, "A parameter of the query is unknown or wrong.");
        problem.0.errors = vec![error];
        problem
    }

    /// A failure of ours. The cause is logged, and stays here.
    pub(crate) fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Kind::Internal).caused_by(cause)
    }

    /// Names the open request that stands in the way.
    pub(crate) fn with_request(mut self, request_id: String) -> Self {
        self.0.request_id = Some(request_id);
        self
    }

    /// Names the state that stands in the way.
    pub(crate) fn with_state(mut self, state: &'static str) -> Self {
        self.0.state = Some(state);
        self
    }

    /// Tells what second factor is wanted.
    pub(crate) fn with_second_factor(mut self, second_factor: SecondFactor) -> Self {
        self.0.second_factor = Some(second_factor);
        self
    }

    /// Names the organizations that need an owner.
    pub(crate) fn with_organizations(mut self, organizations: Vec<OwnerNeeded>) -> Self {
        self.0.organizations = organizations;
        self
    }

    /// Names the organization that demands something of its members.
    pub(crate) fn with_organization(mut self, organization_id: OrganizationId) -> Self {
        self.0.organization_id = Some(organization_id);
        self
    }

    /// The same refusal by another name, where it would be called `general` elsewhere.
    pub(crate) fn instead_of(self, general: Kind, here: Kind) -> Self {
        if self.0.kind == general { Self::new(here) } else { self }
    }

    /// Says whose account it is about, to the security log alone.
    pub(crate) fn about(mut self, account: Option<AccountId>) -> Self {
        self.0.about = account;
        self
    }

    /// Adds a header to the answer.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Which one it is.
    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The one place where a failure is logged.
    fn log(&self) {
        let Some(cause) = self.0.cause.as_deref() else { return };
        let error = cause as &dyn Error;
        if self.0.kind == Kind::Internal {
            tracing::error!(error, "a request failed");
        } else {
            tracing::warn!(error, problem = self.0.kind.slug(), "a request was refused for now");
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.log();
        let Inner {
            kind,
            detail,
            errors,
            request_id,
            state,
            second_factor,
            organizations,
            organization_id,
            headers,
            about,
            ..
        } = *self.0;
        let document = Document {
            r#type: kind.path(),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail,
            errors,
            request_id,
            state,
            second_factor,
            organizations,
            organization_id,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response =
            (kind.status(), headers, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        response.extensions_mut().insert(kind);
        if let Some(account) = about {
            response.extensions_mut().insert(About(account));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::text_of;

    #[tokio::test]
    async fn a_problem_says_what_it_is_and_nothing_of_its_cause() {
        let response = Problem::internal("relation \"events\" does not exist").into_response();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
        insta::assert_snapshot!(text_of(response).await, @r#"{"type":"/problems/internal","title":"Something went wrong on our side.","status":500,"detail":"Something went wrong on our side."}"#);
    }

    #[tokio::test]
    async fn wrong_input_is_named_place_by_place() {
        let errors = vec![InputError::at("/email", "expected an email address")];
        insta::assert_snapshot!(text_of(Problem::invalid(errors).into_response()).await, @r#"{"type":"/problems/invalid-input","title":"The input is wrong.","status":422,"detail":"Some of the input is missing, unknown or wrong.","errors":[{"pointer":"/email","message":"expected an email address"}]}"#);
        let error = InputError::parameter("limit", "expected a number from 1 to 200");
        insta::assert_snapshot!(text_of(Problem::invalid_parameter(error).into_response()).await, @r#"{"type":"/problems/invalid-parameters","title":"The query cannot be used.","status":400,"detail":"A parameter of the query is unknown or wrong.","errors":[{"parameter":"limit","message":"expected a number from 1 to 200"}]}"#);
    }

    #[tokio::test]
    async fn what_stands_in_the_way_is_a_member_of_its_own() {
        let open = Problem::new(Kind::RequestOpen).with_request("req_1".to_owned());
        insta::assert_snapshot!(text_of(open.into_response()).await, @r#"{"type":"/problems/request-open","title":"A request of this kind is open already.","status":409,"detail":"A request of this kind is open already.","request_id":"req_1"}"#);
        let late = Problem::new(Kind::TooLate).with_state("running");
        insta::assert_snapshot!(text_of(late.into_response()).await, @r#"{"type":"/problems/too-late","title":"The request has come too far for that.","status":409,"detail":"The request has come too far for that.","state":"running"}"#);
    }

    #[test]
    fn who_is_sent_away_is_told_when_to_come_back() {
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.status() == 503) {
            let response = Problem::new(kind).into_response();
            let seconds: u16 = response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
            assert!((1..=5).contains(&seconds), "{kind:?}");
        }
        let response = Problem::new(Kind::Unauthenticated).into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}
