//! Every problem there is: its name, its status and its title. Names are part of the contract and never
//! change.

use axum::http::StatusCode;

macro_rules! kinds {
    ($($name:ident $slug:literal $status:ident $title:literal;)*) => {
        /// What went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $(#[doc = $title] $name,)*
        }

        impl Kind {
            /// Every kind.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name.
            pub(crate) fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// The HTTP status.
            pub(crate) fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The name in words.
            pub(crate) fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    Malformed "malformed-request" BAD_REQUEST "The request cannot be read.";
    InvalidParameters "invalid-parameters" BAD_REQUEST "The query cannot be used.";
    InvalidIdempotencyKey "invalid-idempotency-key" BAD_REQUEST "The Idempotency-Key cannot be used.";
    Unauthenticated "unauthenticated" UNAUTHORIZED "Sign in first: a live token or session is needed.";
    WrongCredentials "wrong-credentials" UNAUTHORIZED "The email address or the password is wrong.";
    CredentialUnknown "credential-unknown" UNAUTHORIZED "There is no such credential.";
    CredentialExpired "credential-expired" UNAUTHORIZED "The credential has expired.";
    CredentialRevoked "credential-revoked" UNAUTHORIZED "The credential was revoked or replaced.";
    CredentialRetired "credential-retired" UNAUTHORIZED
        "The credential was replaced, and the time it was kept alive for is over.";
    WrongPassword "wrong-password" FORBIDDEN "The password is wrong.";
    WrongCode "wrong-code" FORBIDDEN "The code is wrong, used up, or too old.";
    WrongPasskey "wrong-passkey" FORBIDDEN "The passkey is not known here, or its answer is wrong, used up, or too old.";
    SecondFactorRequired "second-factor-required" FORBIDDEN "Give a second factor as well.";
    InsufficientScope "insufficient-scope" FORBIDDEN "The token does not allow this.";
    InsufficientRole "insufficient-role" FORBIDDEN "Your role does not allow this.";
    SecondFactorDemanded "second-factor-demanded" FORBIDDEN
        "The organization demands a second factor of its members.";
    SecondFactorMissing "second-factor-missing" FORBIDDEN
        "The service demands a second factor of every account.";
    InvitationForAnother "invitation-for-another" FORBIDDEN "The invitation is for another email address.";
    ReauthenticationRequired "reauthentication-required" FORBIDDEN "Give your password again first.";
    CrossSite "cross-site-request" FORBIDDEN "The request comes from another site.";
    NotFound "not-found" NOT_FOUND "There is nothing here.";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "This cannot be done with what is here.";
    EmailTaken "email-taken" CONFLICT "The email address belongs to another account.";
    SameEmail "same-email" CONFLICT "This is the email address already.";
    NoSecondFactor "no-second-factor" CONFLICT "No such second factor is set.";
    PasskeyKnown "passkey-known" CONFLICT "The passkey is known already.";
    TooManyPasskeys "too-many-passkeys" CONFLICT "The account has as many passkeys as it can.";
    PasskeysUnavailable "passkeys-unavailable" CONFLICT "Passkeys cannot be used at the address of this service.";
    AlreadyMember "already-member" CONFLICT "The account is a member already.";
    NotMember "not-member" CONFLICT "The account is no member of the organization.";
    LastOwner "last-owner" CONFLICT "The organization would be left without an owner.";
    OwnersNeeded "owners-needed" CONFLICT "Name a new owner for each organization first.";
    OrganizationFull "organization-full" CONFLICT "The organization has as many members or invitations as it can.";
    NoCredentials "no-credentials" CONFLICT "The project has no credentials: reset them to get new ones.";
    NoPrevious "no-previous-credentials" CONFLICT "No earlier credentials are alive.";
    RequestOpen "request-open" CONFLICT "A request of this kind is open already.";
    TooLate "too-late" CONFLICT "The request has come too far for that.";
    ArchiveNotReady "archive-not-ready" CONFLICT "The archive is not ready yet.";
    DataErased "data-erased" CONFLICT "The data this rests on was erased meanwhile.";
    RequestInProgress "request-in-progress" CONFLICT "A request with this Idempotency-Key is being carried out.";
    AnswerNotRepeatable "answer-not-repeatable" CONFLICT
        "The request was carried out, and its answer held a secret that is shown once.";
    AnswerLost "answer-lost" CONFLICT "The request was carried out, but its answer was lost.";
    LinkDead "link-dead" GONE "The link no longer works.";
    ArchiveGone "archive-gone" GONE "The archive can no longer be had.";
    PreconditionFailed "precondition-failed" PRECONDITION_FAILED "It was changed since you last looked.";
    BodyTooSlow "body-too-slow" REQUEST_TIMEOUT "The body came too slowly.";
    TooLarge "too-large" PAYLOAD_TOO_LARGE "The body is too large.";
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "The body is not of the media type that is wanted here.";
    RangeNotSatisfiable "range-not-satisfiable" RANGE_NOT_SATISFIABLE "The range lies outside the archive.";
    InvalidInput "invalid-input" UNPROCESSABLE_ENTITY "The input is wrong.";
    IdempotencyKeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY
        "The Idempotency-Key was used with another request.";
    TooManyTries "too-many-tries" TOO_MANY_REQUESTS "Too many tries.";
    TooMuchAtOnce "too-much-at-once" TOO_MANY_REQUESTS "Too much is under way for you at once; try again.";
    Internal "internal" INTERNAL_SERVER_ERROR "Something went wrong on our side.";
    Unavailable "unavailable" SERVICE_UNAVAILABLE "The service is away for a moment; try again.";
    Busy "busy" SERVICE_UNAVAILABLE "The service is busy; try again.";
    TimedOut "timed-out" SERVICE_UNAVAILABLE "The service took too long; try again.";
}

impl Kind {
    /// What a problem of the kind has as its `type`: where its page is.
    pub(crate) fn path(self) -> String {
        format!("/problems/{}", self.slug())
    }

    /// The kind whose page is at `path`.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.path() == path)
    }

    /// Whether the same request may succeed in a moment.
    pub(crate) fn is_temporary(self) -> bool {
        self.status() == StatusCode::SERVICE_UNAVAILABLE
            || matches!(self, Self::RequestInProgress | Self::TooMuchAtOnce | Self::BodyTooSlow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_distinct_and_fit_a_url() {
        let slugs: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        assert!(slugs.iter().all(|slug| slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
