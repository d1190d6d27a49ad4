//! What is of an organization, and what was asked for.

use super::Change;
use super::Fate::{self, Ends, Stays};
use super::*;

impl Change {
    pub(super) fn invitations(self) -> Fate {
        match self {
            Self::MemberDemoted => Ends("those to roles that the sender may no longer give"),
            Self::MemberLeft | Self::AccountDeleted => Ends("the sender may invite nobody any more"),
            Self::OrganizationClosed => Ends("there is nothing left to join"),
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
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone => Stays(ORGANIZATIONS_MATTER),
        }
    }

    pub(super) fn ownership(self) -> Fate {
        match self {
            Self::MemberDemoted => Ends(
                "secrets of projects are not for who was found to need less; an owner can name them again",
            ),
            Self::MemberLeft | Self::AccountDeleted => Ends("it was given for the stay that ended"),
            Self::OrganizationClosed => Ends("nobody is a member any more"),
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
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone => Stays(ORGANIZATIONS_MATTER),
        }
    }

    pub(super) fn overlap(self) -> Fate {
        match self {
            Self::OrganizationClosed => Ends("all credentials of its projects end"),
            Self::MemberDemoted | Self::MemberLeft | Self::AccountDeleted => {
                Stays("it is the project's; an owner who stays can retire it, or reset the credentials")
            }
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
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone => Stays("it is the project's, and its owners were told of it"),
        }
    }

    pub(super) fn export(self) -> Fate {
        match self {
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
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone => Stays(
                "its archive opens in a session of the holder alone, and a right must not be lost by an accident",
            ),
            Self::AccountDeleted => Stays("it is closed by its own rules; nobody can sign in to fetch it"),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }
}
