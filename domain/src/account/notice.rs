//! What an account holder is told by message, and how codes reach them.

use serde::{Deserialize, Serialize};

use crate::Scope;

/// How a code reaches a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// As a text message.
    Sms,
    /// Read out by an automated call.
    Call,
}

impl Channel {
    /// The name under which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Call => "call",
        }
    }
}

macro_rules! notices {
    ($($(#[$doc:meta])* $name:ident $stored:literal $words:literal;)*) => {
        /// What a message to an account holder tells of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum AccountNotice {
            $($(#[$doc])* #[serde(rename = $stored)] $name,)*
        }

        impl AccountNotice {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name under which it is stored.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $stored,)* }
            }

            /// How long what its message says is needed, and so which key it waits under. A sign-in and a
            /// download tell the address and the program they came from, wrong codes from how many networks they came.
            pub fn scope(self) -> Scope {
                let tells_from_where = matches!(self, Self::NewDevice | Self::FailedCodes | Self::ArchiveDownloaded);
                if tells_from_where { Scope::Activity } else { Scope::Profile }
            }

            pub(super) fn in_words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

notices! {
    /// A sign-in from a program that was not seen before.
    NewDevice "new_device" "a sign-in from a new device";
    /// A link to confirm a new address, sent there.
    EmailConfirmation "email_confirmation" "a link to confirm a new email address";
    /// A wish to change the address, sent to the old one with a link to take it back.
    EmailChange "email_change" "a change of the email address";
    /// A change of the address was taken back.
    EmailChangeUndone "email_change_undone" "a change of the email address was taken back";
    /// A new password holds.
    PasswordChanged "password_changed" "a new password";
    /// A link to choose a new password.
    PasswordResetLink "password_reset_link" "a link to choose a new password";
    /// A code, sent to a phone.
    Code "code" "a code";
    /// A phone is a second factor.
    PhoneVerified "phone_verified" "a new phone number";
    /// The phone is no second factor any more.
    PhoneRemoved "phone_removed" "the removal of the phone number";
    /// An authenticator app is a second factor.
    AuthenticatorAppAdded "authenticator_app_added" "a new authenticator app";
    /// The authenticator app is no second factor any more.
    AuthenticatorAppRemoved "authenticator_app_removed" "the removal of the authenticator app";
    /// There is another passkey.
    PasskeyAdded "passkey_added" "a new passkey";
    /// A passkey signs in no more.
    PasskeyRemoved "passkey_removed" "the removal of a passkey";
    /// A second factor was taken back.
    SecondFactorUndone "second_factor_undone" "a second factor was taken back";
    /// An operator ended all sessions.
    SessionsEnded "sessions_ended" "all sessions were ended";
    /// The second factor is to be removed, told with a link to object.
    FactorRemovalBegun "factor_removal_begun" "a removal of the second factor";
    /// The holder objected to it.
    FactorRemovalStopped "factor_removal_stopped" "an objection to the removal of the second factor";
    /// The second factor was removed.
    FactorRemoved "factor_removed" "the second factor was removed";
    /// Recovery codes were made.
    RecoveryCodesIssued "recovery_codes_issued" "new recovery codes";
    /// A recovery code was used up.
    RecoveryCodeUsed "recovery_code_used" "the use of a recovery code";
    /// Wrong codes were given after the right password.
    FailedCodes "failed_codes" "wrong codes after the right password";
    /// The credentials of a project were reset.
    CredentialsReset "credentials_reset" "new credentials of a project";
    /// The secret of a project was shown.
    CredentialsRevealed "credentials_revealed" "a look at the secret of a project";
    /// The credentials of a project were revoked.
    CredentialsRevoked "credentials_revoked" "revoked credentials of a project";
    /// A GDPR token was made.
    GdprTokenIssued "gdpr_token_issued" "a new GDPR token";
    /// A GDPR token was revoked.
    GdprTokenRevoked "gdpr_token_revoked" "a revoked GDPR token";
    /// A GDPR token expires in 30 days.
    GdprTokenExpiresIn30Days "gdpr_token_expires_in_30_days" "a GDPR token that expires in 30 days";
    /// A GDPR token expires in 7 days.
    GdprTokenExpiresIn7Days "gdpr_token_expires_in_7_days" "a GDPR token that expires in 7 days";
    /// A GDPR token expired.
    GdprTokenExpired "gdpr_token_expired" "an expired GDPR token";
    /// Bills go elsewhere, told with a link to take it back.
    BillingEmailChanged "billing_email_changed" "another billing address";
    /// Another billing address was taken back.
    BillingEmailUndone "billing_email_undone" "another billing address was taken back";
    /// The archive of an export was fetched.
    ArchiveDownloaded "archive_downloaded" "a download of the archive";
    /// The role in an organization changed.
    RoleChanged "role_changed" "another role in an organization";
    /// A membership ended.
    MembershipEnded "membership_ended" "the end of a membership";
    /// Who may do what in an organization changed, told to its owners.
    TeamChanged "team_changed" "a change among the members of an organization";
    /// Who is named as an owner of a project changed.
    ProjectOwnersChanged "project_owners_changed" "a change among the owners of a project";
    /// An organization demands a second factor of its members, or no longer.
    SecondFactorDemandChanged "second_factor_demand_changed" "whether an organization demands a second factor";
    /// The account ended.
    AccountDeleted "account_deleted" "the deletion of the account";
}
