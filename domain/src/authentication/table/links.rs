//! Links that were mailed.

use super::Change;
use super::Fate::{self, Ends, Stays};
use super::*;

impl Change {
    pub(super) fn email_undo_link(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved
            | Self::BillingEmailUndone => Stays(WAY_BACK),
            Self::EmailChangeUndone => {
                Stays("the one used is used up; one of an earlier change leads further back")
            }
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn billing_undo_link(self) -> Fate {
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
            | Self::FactorRemoved => Stays(WAY_BACK),
            Self::BillingEmailChanged => {
                Ends("of several changes the last can be taken back, by a link of its own")
            }
            Self::BillingEmailUndone => Ends("the one used is used up"),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn factor_undo_link(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued => Stays(WAY_BACK),
            Self::SecondFactorUndone => {
                Stays("the one used is used up; another takes back what another mail told of")
            }
            Self::SessionsEnded => Stays(WAY_BACK),
            Self::FactorRemoved => Stays("a factor may be set anew by another than the holder"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn password_reset_link(self) -> Fate {
        match self {
            Self::PasswordChanged | Self::PasswordReset => {
                Ends("another password holds, which an old mail must not replace")
            }
            Self::EmailChanged | Self::EmailChangeUndone => {
                Ends("it was sent to an address that holds no more")
            }
            Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued => Stays(WAY_BACK),
            Self::BillingEmailUndone | Self::SecondFactorUndone => Ends("another is sent with it"),
            Self::SessionsEnded | Self::FactorRemoved => Stays(WAY_BACK),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    pub(super) fn factor_objection_link(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::RecoveryCodesIssued
            | Self::OneFactorRemoved
            | Self::SessionsEnded => Stays("what it objects to stays as well"),
            Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::LastFactorRemoved
            | Self::SecondFactorUndone
            | Self::FactorRemoved => Ends("what it objects to is over"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }
}
