//! What a failure below means to the caller: the one place that says so.

use domain::account::AccountError;
use domain::effect::ClaimKind;
use domain::operator::OperatorError;
use domain::organization::OrganizationError;
use domain::privacy_request::PrivacyRequestError;
use domain::project::ProjectError;
use event_store::{ExecuteError, StoreError};
use sealed_objects::ObjectError;

use super::{InputError, Kind, Problem};
use crate::password::PasswordError;
use crate::totp::TotpError;
use crate::webauthn::WebauthnError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let kind = if error.is_unavailable() { Kind::Unavailable } else { Kind::Internal };
        Self::new(kind).caused_by(error)
    }
}

impl From<ObjectError> for Problem {
    fn from(error: ObjectError) -> Self {
        let kind = match error {
            ObjectError::Store(_) => Kind::Unavailable,
            _ => Kind::Internal,
        };
        Self::new(kind).caused_by(error)
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        let kind = match error {
            PasswordError::Busy => Kind::Busy,
            PasswordError::Unfit(_) => Kind::InvalidInput,
            PasswordError::Failed(_) => Kind::Internal,
        };
        Self::new(kind).caused_by(error)
    }
}

impl From<WebauthnError> for Problem {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::Malformed => Self::invalid(vec![InputError::at(
                "/credential",
                "expected what the browser's call returned, as JSON",
            )]),
            WebauthnError::Wrong(reason) => {
                tracing::debug!(reason, "the answer of a passkey counts for nothing");
                Self::new(Kind::WrongPasskey)
            }
            WebauthnError::Unreadable(_) | WebauthnError::Unaskable(_) => Self::internal(error),
        }
    }
}

impl From<TotpError> for Problem {
    fn from(error: TotpError) -> Self {
        Self::internal(error)
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        use AccountError as E;
        Self::new(match error {
            // A caller with a session but no account any more is not authenticated.
            E::Unknown => Kind::Unauthenticated,
            E::SameEmail => Kind::SameEmail,
            E::NoEmailChange => Kind::LinkDead,
            E::NoSecondFactor => Kind::NoSecondFactor,
            E::NoPhoneChange => Kind::WrongCode,
            E::NoGdprToken | E::NoFactorRemoval | E::NoPasskey => Kind::NotFound,
            E::TooManyPasskeys => Kind::TooManyPasskeys,
            E::AlreadyMember => Kind::AlreadyMember,
            E::NotMember => Kind::NotMember,
            E::AlreadyRegistered | E::StillMember => return Self::internal(error),
        })
    }
}

impl From<OrganizationError> for Problem {
    fn from(error: OrganizationError) -> Self {
        use OrganizationError as E;
        Self::new(match error {
            E::Unknown | E::Closed => Kind::NotFound,
            E::Forbidden => Kind::InsufficientRole,
            E::SecondFactorDemanded(organization_id) => {
                return Self::new(Kind::SecondFactorDemanded).with_organization(organization_id);
            }
            E::LastOwner => Kind::LastOwner,
            E::AlreadyMember => Kind::AlreadyMember,
            E::NotMember => Kind::NotFound,
            E::NoInvitation => Kind::LinkDead,
            E::Full => Kind::OrganizationFull,
            E::AlreadyCreated => return Self::internal(error),
        })
    }
}

impl From<ProjectError> for Problem {
    fn from(error: ProjectError) -> Self {
        use ProjectError as E;
        Self::new(match error {
            E::Unknown => Kind::NotFound,
            E::Forbidden => Kind::InsufficientRole,
            E::NoCredentials => Kind::NoCredentials,
            E::NoPrevious => Kind::NoPrevious,
            E::NotOwner => Kind::NotFound,
            E::AlreadyCreated | E::Overlap => return Self::internal(error),
        })
    }
}

impl From<OperatorError> for Problem {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Unknown | OperatorError::Revoked => Self::new(Kind::Unauthenticated),
            OperatorError::AlreadyCreated => Self::internal(error),
        }
    }
}

impl From<PrivacyRequestError> for Problem {
    fn from(error: PrivacyRequestError) -> Self {
        use PrivacyRequestError as E;
        match error {
            E::Unknown => Self::new(Kind::NotFound),
            E::WrongState(state) => Self::new(Kind::TooLate).with_state(state.as_str()),
            E::NoArchive => Self::new(Kind::ArchiveGone),
            // The route has looked; between then and now midnight can have been.
            E::UnknownLaw | E::LawNotInForce(_) | E::RightNotGranted => {
                Self::invalid(vec![InputError::at("/regulation", error.to_string())])
            }
            E::AlreadyReceived | E::UnknownSource | E::NoSources => Self::internal(error),
        }
    }
}

impl<E: Into<Problem>> From<ExecuteError<E>> for Problem {
    fn from(error: ExecuteError<E>) -> Self {
        match error {
            ExecuteError::Refused(refusal) => refusal.into(),
            ExecuteError::Taken { kind: ClaimKind::Email, .. } => Self::new(Kind::EmailTaken),
            ExecuteError::Taken { kind: ClaimKind::OpenRequest, owner } => {
                Self::new(Kind::RequestOpen).with_request(owner)
            }
            ExecuteError::KeyDestroyed => Self::new(Kind::DataErased),
            ExecuteError::AlreadyUsed => Self::new(Kind::LinkDead),
            ExecuteError::ProofOver => Self::new(Kind::ReauthenticationRequired),
            ExecuteError::Contended => Self::new(Kind::Busy),
            ExecuteError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::privacy_request::State;

    fn kind(problem: impl Into<Problem>) -> Kind {
        problem.into().kind()
    }

    #[test]
    fn what_may_pass_is_told_apart_from_what_will_not() {
        assert_eq!(kind(StoreError::Unreadable("event evt_1".to_owned())), Kind::Internal);
        assert_eq!(kind(ExecuteError::<AccountError>::Contended), Kind::Busy);
        assert_eq!(kind(PasswordError::Busy), Kind::Busy);
    }

    #[test]
    fn refusals_have_types_of_their_own() {
        let taken = |kind| ExecuteError::<AccountError>::Taken { kind, owner: "req_1".to_owned() };
        assert_eq!(kind(taken(ClaimKind::Email)), Kind::EmailTaken);
        assert_eq!(kind(taken(ClaimKind::OpenRequest)), Kind::RequestOpen);
        assert_eq!(kind(ExecuteError::<AccountError>::KeyDestroyed), Kind::DataErased);
        assert_eq!(kind(PrivacyRequestError::WrongState(State::Running)), Kind::TooLate);
        assert_eq!(kind(PrivacyRequestError::Unknown), Kind::NotFound);
        assert_eq!(kind(PrivacyRequestError::NoArchive), Kind::ArchiveGone);
        assert_eq!(kind(AccountError::Unknown), Kind::Unauthenticated);
    }
}
