//! What `/v1` refuses, as a page reads it: a problem document (RFC 9457).

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use catalogue::{Text, id};
use serde::Deserialize;

use crate::problem::{InputError, Kind, OwnerNeeded, Problem, SecondFactor};

/// A refusal. As an answer it is dressed as a page [around](super::around) all pages.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) kind: Kind,
    /// What is wrong with the input, place by place.
    pub(crate) errors: Vec<InputError>,
    /// The code that was sent.
    pub(crate) second_factor: Option<Box<SecondFactor>>,
    /// The organizations that need an owner.
    pub(crate) organizations: Vec<OwnerNeeded>,
    /// The request that is open.
    pub(crate) request_id: Option<String>,
    /// When it may be tried again, in seconds.
    pub(crate) retry_after: Option<u64>,
}

#[derive(Deserialize)]
struct Document {
    r#type: String,
    #[serde(default)]
    errors: Vec<InputError>,
    second_factor: Option<Box<SecondFactor>>,
    #[serde(default)]
    organizations: Vec<OwnerNeeded>,
    request_id: Option<String>,
}

impl Refusal {
    /// One of which no more is known than its kind.
    pub(crate) fn of(kind: Kind) -> Self {
        Self {
            kind,
            errors: Vec::new(),
            second_factor: None,
            organizations: Vec::new(),
            request_id: None,
            retry_after: None,
        }
    }

    /// The one that an answer tells of.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let document = serde_json::from_slice::<Document>(body).ok();
        let read = document.and_then(|document| Some((Kind::of_path(&document.r#type)?, document)));
        let Some((kind, document)) = read else { return Self { retry_after, ..Self::of(Kind::Internal) } };
        let Document { errors, second_factor, organizations, request_id, .. } = document;
        Self { kind, errors, second_factor, organizations, request_id, retry_after }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// Whether it is for the page as a whole to say, whatever was asked: who it is, whether it may be, or that it cannot be
    /// now.
    pub(crate) fn is_of_page(&self) -> bool {
        let kinds = [
            Kind::Unauthenticated,
            Kind::ReauthenticationRequired,
            Kind::SecondFactorMissing,
            Kind::CrossSite,
            Kind::NotFound,
            Kind::MethodNotAllowed,
        ];
        kinds.contains(&self.kind) || self.status().is_server_error()
    }

    /// What it means, in a sentence or two, with what to do.
    pub(crate) fn words(&self, text: &Text) -> String {
        match (self.kind, self.retry_after) {
            (Kind::TooManyTries, Some(seconds)) => {
                let minutes = seconds.div_ceil(60).max(1);
                text.say_with("problem-too-many-tries-wait", [("minutes", minutes.into())])
            }
            (kind, _) => text.say(words_of(kind)),
        }
    }
}

/// What a kind of refusal means to a person. What a page cannot come by has the words of a failure of ours.
fn words_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Unauthenticated => id!("problem-unauthenticated"),
        Kind::WrongCredentials => id!("problem-wrong-credentials"),
        Kind::WrongPassword => id!("problem-wrong-password"),
        Kind::WrongCode => id!("problem-wrong-code"),
        Kind::WrongPasskey => id!("problem-wrong-passkey"),
        Kind::PasskeyKnown => id!("problem-passkey-known"),
        Kind::TooManyPasskeys => id!("problem-too-many-passkeys"),
        Kind::PasskeysUnavailable => id!("problem-passkeys-unavailable"),
        Kind::SecondFactorDemanded => id!("problem-second-factor-demanded"),
        Kind::SecondFactorMissing => id!("problem-second-factor-missing"),
        Kind::SecondFactorRequired => id!("problem-second-factor-required"),
        Kind::InsufficientRole | Kind::InsufficientScope => id!("problem-insufficient-role"),
        Kind::InvitationForAnother => id!("problem-invitation-for-another"),
        Kind::ReauthenticationRequired => id!("problem-reauthentication-required"),
        Kind::CrossSite => id!("problem-cross-site"),
        Kind::NotFound | Kind::MethodNotAllowed => id!("problem-not-found"),
        Kind::EmailTaken => id!("problem-email-taken"),
        Kind::SameEmail => id!("problem-same-email"),
        Kind::NoSecondFactor => id!("problem-no-second-factor"),
        Kind::AlreadyMember => id!("problem-already-member"),
        Kind::NotMember => id!("problem-not-member"),
        Kind::LastOwner => id!("problem-last-owner"),
        Kind::OwnersNeeded => id!("problem-owners-needed"),
        Kind::OrganizationFull => id!("problem-organization-full"),
        Kind::NoCredentials => id!("problem-no-credentials"),
        Kind::NoPrevious => id!("problem-no-previous"),
        Kind::RequestOpen => id!("problem-request-open"),
        Kind::TooLate => id!("problem-too-late"),
        Kind::ArchiveNotReady => id!("problem-archive-not-ready"),
        Kind::DataErased => id!("problem-data-erased"),
        Kind::RequestInProgress => id!("problem-request-in-progress"),
        Kind::AnswerNotRepeatable => id!("problem-answer-not-repeatable"),
        Kind::AnswerLost => id!("problem-answer-lost"),
        Kind::LinkDead => id!("problem-link-dead"),
        Kind::ArchiveGone => id!("problem-archive-gone"),
        Kind::PreconditionFailed => id!("problem-changed-meanwhile"),
        Kind::InvalidInput | Kind::InvalidParameters => id!("problem-invalid-input"),
        Kind::IdempotencyKeyReused => id!("problem-form-sent-before"),
        Kind::TooManyTries | Kind::TooMuchAtOnce => id!("problem-too-many-tries"),
        Kind::Unavailable | Kind::Busy | Kind::TimedOut => id!("problem-unavailable"),
        Kind::TooLarge | Kind::BodyTooSlow => id!("problem-too-large"),
        Kind::Internal
        | Kind::Malformed
        | Kind::InvalidIdempotencyKey
        | Kind::CredentialUnknown
        | Kind::CredentialExpired
        | Kind::CredentialRevoked
        | Kind::CredentialRetired
        | Kind::UnsupportedMediaType
        | Kind::RangeNotSatisfiable => id!("problem-internal"),
    }
}

/// A refusal by the page itself.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let kind = problem.kind();
        let answer = problem.into_response();
        let retry_after =
            answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Self { retry_after, ..Self::of(kind) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use axum::body::to_bytes;
    use catalogue::{Catalogue, Language};

    #[tokio::test]
    async fn a_problem_is_read_as_it_was_written() {
        let errors = vec![InputError::at("/email", "expected an email address")];
        let (parts, body) = Problem::invalid(errors.clone()).into_response().into_parts();
        let read = Refusal::read(&parts.headers, &to_bytes(body, 4096).await.unwrap());
        assert_eq!((read.kind, read.errors, read.retry_after), (Kind::InvalidInput, errors, None));
        let (parts, _) = Problem::new(Kind::Busy).into_response().into_parts();
        let read = Refusal::read(&parts.headers, b"no document");
        assert_eq!((read.kind, read.retry_after.is_some()), (Kind::Internal, true));
    }

    #[test]
    fn every_refusal_has_words_in_every_language() {
        for language in Language::ALL {
            let text = Catalogue::built_in().text(language);
            for kind in Kind::ALL {
                assert!(Refusal::of(*kind).words(&text).ends_with('.'), "{kind:?}");
            }
        }
    }
}
