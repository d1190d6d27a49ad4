//! Second factors, those that wait to be added, and what stands for them.

use super::Change;
use super::Fate::{self, Ends, Stays};
use super::*;

impl Change {
    /// A factor that waits to be added, by this change.
    pub(super) fn pending_factor(self, added: Self, reason: &'static str) -> Fate {
        match self {
            change if change == added => Ends(reason),
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved
            | Self::BillingEmailUndone => Ends(OLDER_PROOF),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn factor_removal(self) -> Fate {
        match self {
            Self::PhoneVerified | Self::AuthenticatorAppAdded | Self::PasskeyAdded => {
                Ends("there is another second factor, of which the proof said nothing")
            }
            Self::LastFactorRemoved => Ends("there is nothing left to remove"),
            Self::SecondFactorUndone => Ends("who takes a factor back has read the mail, and can ask anew"),
            Self::FactorRemoved => Ends("it has been carried out"),
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::RecoveryCodesIssued
            | Self::OneFactorRemoved
            | Self::SessionsEnded => {
                Stays("it rests on proof of who the holder is; who signs in can object in one step")
            }
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn recovery_codes(self) -> Fate {
        match self {
            Self::PhoneVerified | Self::RecoveryCodesIssued => Ends("new ones come in their place"),
            Self::AuthenticatorAppAdded | Self::PasskeyAdded | Self::OneFactorRemoved => Stays(FACTORS_LEFT),
            Self::LastFactorRemoved => Ends(NO_FACTOR_LEFT),
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone => Stays(FACTORS_LEFT),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::SessionsEnded => Stays(FACTORS_LEFT),
            Self::FactorRemoved => Ends(NO_FACTOR_LEFT),
            Self::SecondFactorUndone => Ends(MAYBE_AN_INTRUDERS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn factor_itself(self) -> Fate {
        match self {
            Self::FactorRemoved => Ends("all second factors are removed"),
            Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::SecondFactorUndone
            | Self::RecoveryCodesIssued => {
                Stays("what is removed or taken back ends by its own id; each other stays")
            }
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::SessionsEnded => {
                Stays("who reads the mail must not thereby do without the second factor")
            }
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn recent_passkeys(self) -> Fate {
        match self {
            Self::EmailChangeUndone | Self::BillingEmailUndone | Self::SecondFactorUndone => {
                Ends(MAYBE_AN_INTRUDERS)
            }
            Self::FactorRemoved => Ends("all second factors are removed"),
            Self::PasswordReset | Self::SessionsEnded => {
                Stays("the mail that told of it takes it back; a new password must not do without a factor")
            }
            Self::PasswordChanged
            | Self::EmailChanged
            | Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued => Stays("the mail that told of it takes it back"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }
}
