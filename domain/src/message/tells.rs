//! What of an account a message tells, and whether one can stand for several.

use super::MessageBody;
use crate::account::AccountNotice;

impl MessageBody {
    /// Whether one such message can stand for several: it holds no code and no link of its own, warns of nothing to come,
    /// and goes where the others go.
    pub fn can_be_gathered(&self) -> bool {
        match self {
            Self::NewDevice { .. }
            | Self::PasswordChanged { .. }
            | Self::PhoneRemoved { .. }
            | Self::AuthenticatorAppRemoved { .. }
            | Self::PasskeyRemoved { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::FailedCodes { .. }
            | Self::CredentialsReset { .. }
            | Self::CredentialsRevealed { .. }
            | Self::CredentialsRevoked { .. }
            | Self::GdprTokenIssued { .. }
            | Self::GdprTokenRevoked { .. }
            | Self::ArchiveDownloaded { .. }
            | Self::TeamChanged { .. }
            | Self::ProjectOwnersChanged { .. }
            | Self::SecondFactorDemandChanged { .. }
            | Self::RoleChanged { .. }
            | Self::MembershipEnded { .. } => true,
            Self::PhoneVerified { undo, .. } | Self::RecoveryCodesIssued { undo, .. } => undo.is_none(),
            Self::EmailConfirmation { .. }
            | Self::AuthenticatorAppAdded { .. }
            | Self::PasskeyAdded { .. }
            | Self::EmailChange { .. }
            | Self::EmailChangeUndone { .. }
            | Self::SecondFactorUndone { .. }
            | Self::SessionsEnded { .. }
            | Self::FactorRemovalBegun { .. }
            | Self::FactorRemovalStopped { .. }
            | Self::FactorRemoved { .. }
            | Self::PasswordResetLink { .. }
            | Self::Code { .. }
            | Self::GdprTokenExpires { .. }
            | Self::GdprTokenExpired { .. }
            | Self::BillingEmailChanged { .. }
            | Self::BillingEmailUndone { .. }
            | Self::AccountDeleted { .. }
            | Self::Invitation { .. } => false,
        }
    }

    /// What it tells an account holder of; none for an invitation, which goes to the reader of mail there.
    pub fn notice(&self) -> Option<AccountNotice> {
        Some(match self {
            Self::NewDevice { .. } => AccountNotice::NewDevice,
            Self::EmailConfirmation { .. } => AccountNotice::EmailConfirmation,
            Self::EmailChange { .. } => AccountNotice::EmailChange,
            Self::EmailChangeUndone { .. } => AccountNotice::EmailChangeUndone,
            Self::PasswordChanged { .. } => AccountNotice::PasswordChanged,
            Self::PasswordResetLink { .. } => AccountNotice::PasswordResetLink,
            Self::Code { .. } => AccountNotice::Code,
            Self::PhoneVerified { .. } => AccountNotice::PhoneVerified,
            Self::PhoneRemoved { .. } => AccountNotice::PhoneRemoved,
            Self::AuthenticatorAppAdded { .. } => AccountNotice::AuthenticatorAppAdded,
            Self::AuthenticatorAppRemoved { .. } => AccountNotice::AuthenticatorAppRemoved,
            Self::PasskeyAdded { .. } => AccountNotice::PasskeyAdded,
            Self::PasskeyRemoved { .. } => AccountNotice::PasskeyRemoved,
            Self::SecondFactorUndone { .. } => AccountNotice::SecondFactorUndone,
            Self::SessionsEnded { .. } => AccountNotice::SessionsEnded,
            Self::FactorRemovalBegun { .. } => AccountNotice::FactorRemovalBegun,
            Self::FactorRemovalStopped { .. } => AccountNotice::FactorRemovalStopped,
            Self::FactorRemoved { .. } => AccountNotice::FactorRemoved,
            Self::RecoveryCodesIssued { .. } => AccountNotice::RecoveryCodesIssued,
            Self::RecoveryCodeUsed { .. } => AccountNotice::RecoveryCodeUsed,
            Self::FailedCodes { .. } => AccountNotice::FailedCodes,
            Self::CredentialsReset { .. } => AccountNotice::CredentialsReset,
            Self::CredentialsRevealed { .. } => AccountNotice::CredentialsRevealed,
            Self::CredentialsRevoked { .. } => AccountNotice::CredentialsRevoked,
            Self::GdprTokenIssued { .. } => AccountNotice::GdprTokenIssued,
            Self::GdprTokenRevoked { .. } => AccountNotice::GdprTokenRevoked,
            Self::GdprTokenExpires { days, .. } if *days > 7 => AccountNotice::GdprTokenExpiresIn30Days,
            Self::GdprTokenExpires { .. } => AccountNotice::GdprTokenExpiresIn7Days,
            Self::GdprTokenExpired { .. } => AccountNotice::GdprTokenExpired,
            Self::BillingEmailChanged { .. } => AccountNotice::BillingEmailChanged,
            Self::BillingEmailUndone { .. } => AccountNotice::BillingEmailUndone,
            Self::ArchiveDownloaded { .. } => AccountNotice::ArchiveDownloaded,
            Self::TeamChanged { .. } => AccountNotice::TeamChanged,
            Self::ProjectOwnersChanged { .. } => AccountNotice::ProjectOwnersChanged,
            Self::SecondFactorDemandChanged { .. } => AccountNotice::SecondFactorDemandChanged,
            Self::RoleChanged { .. } => AccountNotice::RoleChanged,
            Self::MembershipEnded { .. } => AccountNotice::MembershipEnded,
            Self::AccountDeleted { .. } => AccountNotice::AccountDeleted,
            Self::Invitation { .. } => return None,
        })
    }
}
