//! What happens to how an account is proved, or to what it may do.

use super::{Factor, Lent};
use crate::{InvitationId, PasskeyId};

/// A change after which not all holds that was staged, issued or lent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The holder chose another password, giving the one before.
    PasswordChanged,
    /// A password was chosen by a link sent by mail.
    PasswordReset,
    /// Another sign-in address was confirmed.
    EmailChanged,
    /// A change of the address was taken back, by the link sent to the address from before.
    EmailChangeUndone,
    /// Bills go elsewhere.
    BillingEmailChanged,
    /// Another billing address was taken back, by the link sent to the holder.
    BillingEmailUndone,
    /// A phone was verified: it is a second factor.
    PhoneVerified,
    /// An authenticator app was added: it is a second factor.
    AuthenticatorAppAdded,
    /// A passkey was added: it is a second factor, and signs in without a password.
    PasskeyAdded,
    /// A second factor was removed, and another is left.
    OneFactorRemoved,
    /// The last second factor was removed.
    LastFactorRemoved,
    /// Recovery codes were made anew.
    RecoveryCodesIssued,
    /// A second factor was taken back, by the link in the mail that told of it.
    SecondFactorUndone,
    /// An operator ended all sessions.
    SessionsEnded,
    /// All second factors were removed, after an operator had seen proof of who the holder is.
    FactorRemoved,
    /// A member of an organization has a lesser role.
    MemberDemoted,
    /// A membership ended: the member left, or was removed.
    MemberLeft,
    /// An organization was closed.
    OrganizationClosed,
    /// The account ended.
    AccountDeleted,
}

impl Change {
    /// Every one.
    pub const ALL: [Self; 19] = [
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::EmailChanged,
        Self::EmailChangeUndone,
        Self::BillingEmailChanged,
        Self::BillingEmailUndone,
        Self::PhoneVerified,
        Self::AuthenticatorAppAdded,
        Self::PasskeyAdded,
        Self::OneFactorRemoved,
        Self::LastFactorRemoved,
        Self::RecoveryCodesIssued,
        Self::SecondFactorUndone,
        Self::SessionsEnded,
        Self::FactorRemoved,
        Self::MemberDemoted,
        Self::MemberLeft,
        Self::OrganizationClosed,
        Self::AccountDeleted,
    ];

    /// What it is called where the table is shown.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password changed",
            Self::PasswordReset => "password reset by mail",
            Self::EmailChanged => "address changed",
            Self::EmailChangeUndone => "change of the address taken back",
            Self::BillingEmailChanged => "billing address changed",
            Self::BillingEmailUndone => "billing address taken back",
            Self::PhoneVerified => "phone set or changed",
            Self::AuthenticatorAppAdded => "authenticator app added",
            Self::PasskeyAdded => "passkey added",
            Self::OneFactorRemoved => "a second factor removed, another left",
            Self::LastFactorRemoved => "the last second factor removed",
            Self::RecoveryCodesIssued => "recovery codes made anew",
            Self::SecondFactorUndone => "second factor taken back",
            Self::SessionsEnded => "sessions ended by an operator",
            Self::FactorRemoved => "second factors removed on proof",
            Self::MemberDemoted => "member demoted",
            Self::MemberLeft => "member left or removed",
            Self::OrganizationClosed => "organization closed",
            Self::AccountDeleted => "account deleted",
        }
    }

    /// Whether proofs from before count no more: the account is of another authentication generation then.
    pub fn raises_generation(self) -> bool {
        self.ends(Lent::Sessions)
    }

    /// What the session that brought it about has proved with it.
    pub fn proves(self) -> Option<Factor> {
        match self {
            Self::PhoneVerified => Some(Factor::PhoneCode),
            Self::AuthenticatorAppAdded => Some(Factor::AppCode),
            Self::PasskeyAdded => Some(Factor::Passkey),
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved
            | Self::MemberDemoted
            | Self::MemberLeft
            | Self::OrganizationClosed
            | Self::AccountDeleted => None,
        }
    }
}

/// What must end together with an event, in the statement that stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// What the table says of this change, for the account whose event it is.
    Account(Change),
    /// An invitation: its link opens nothing any more.
    Invitation(InvitationId),
    /// A passkey: it signs in no more.
    Passkey(PasskeyId),
    /// The authenticator app of the account whose event it is: its codes count no more.
    AuthenticatorApp,
}
