//! The table: what a change ends of what was staged, issued or lent before, and what it leaves.
//!
//! A row a function, a column a change; no wildcard, so that the compiler asks about each that is added.
//! The event store reads it when it stores an event ([`Ending`](super::Ending)), aggregates when they decide; no route
//! lists anything of its own. `.github/SECURITY.md` shows it, and a test compares.

mod factors;
mod links;
mod organization;

use super::{Change, Lent};

/// What becomes of something that was lent, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It ends, in the statement that stores the change.
    Ends(&'static str),
    /// It ends everywhere but in the session that brought the change about.
    EndsElsewhere(&'static str),
    /// It stays.
    Stays(&'static str),
}

use Fate::{Ends, EndsElsewhere, Stays};

/// Rights in an organization are not how an account is proved.
const OTHER_MATTER: &str = "a role in an organization says nothing of how the account is proved";
/// Nothing is left of an account that ended.
const ACCOUNT_ENDED: &str = "nothing of an account that ended works";
/// A wish is worth the proof it was made with.
const OLDER_PROOF: &str = "it was asked for with a proof that counts no more";
/// What may be an intruder's.
const MAYBE_AN_INTRUDERS: &str = "an intruder may have made it, and this is how the holder ends an intrusion";
/// What only the holder gets by mail.
const WAY_BACK: &str = "it is the holder's way back, and no act of an intruder may take it";
/// Recovery codes stand for every second factor.
const FACTORS_LEFT: &str = "they stand for the second factors that are left";
/// Recovery codes stand for a factor.
const NO_FACTOR_LEFT: &str = "there is no second factor any more for which they stand";
/// Bills are not how an account is proved.
const BILLS: &str = "where bills go says nothing of how the account is proved";
/// What rests on the organization.
const ORGANIZATIONS_MATTER: &str =
    "it rests on the role in the organization, not on how the account is proved";

impl Change {
    /// What becomes of `lent`.
    pub fn fate(self, lent: Lent) -> Fate {
        match lent {
            Lent::PendingEmailChange | Lent::EmailConfirmationLink => self.email_change(),
            Lent::EmailUndoLink => self.email_undo_link(),
            Lent::BillingUndoLink => self.billing_undo_link(),
            Lent::FactorUndoLink => self.factor_undo_link(),
            Lent::PasswordResetLink => self.password_reset_link(),
            Lent::PendingPhone | Lent::PhoneCode => {
                self.pending_factor(Self::PhoneVerified, "a phone was verified in its place")
            }
            Lent::PendingAuthenticatorApp => {
                self.pending_factor(Self::AuthenticatorAppAdded, "an app was added in its place")
            }
            Lent::PendingPasskey => self.pending_factor(Self::PasskeyAdded, "the passkey was added"),
            Lent::AuthenticatorApp | Lent::Passkeys => self.factor_itself(),
            Lent::RecentPasskeys => self.recent_passkeys(),
            Lent::PendingFactorRemoval => self.factor_removal(),
            Lent::FactorObjectionLink => self.factor_objection_link(),
            Lent::SignInQuestion | Lent::ReauthenticationQuestion => self.question(),
            Lent::Sessions | Lent::Sudo => self.session(),
            Lent::StreamsUnderWay => self.stream(),
            Lent::RecoveryCodes => self.recovery_codes(),
            Lent::GdprToken => self.gdpr_token(),
            Lent::InvitationsSent => self.invitations(),
            Lent::NamedOwnership => self.ownership(),
            Lent::RunningOverlap => self.overlap(),
            Lent::OpenExport => self.export(),
        }
    }

    /// Whether `lent` ends, if perhaps not in the session that brought the change about.
    pub fn ends(self, lent: Lent) -> bool {
        !matches!(self.fate(lent), Stays(_))
    }

    fn email_change(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
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
            Self::EmailChanged | Self::EmailChangeUndone => Ends("the address is another now"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    fn question(self) -> Fate {
        match self {
            Self::PasswordChanged | Self::PasswordReset => Ends("the password it followed holds no more"),
            Self::EmailChanged | Self::EmailChangeUndone => {
                Ends("the address it was asked under holds no more")
            }
            Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved => Ends("it asked for a factor that may count no more"),
            Self::RecoveryCodesIssued => Ends("a recovery code that counts no more could answer it"),
            Self::BillingEmailUndone
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved => Ends("the password it followed may be an intruder's"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    fn session(self) -> Fate {
        match self {
            Self::PasswordChanged | Self::EmailChanged => {
                EndsElsewhere("the others rest on what held before")
            }
            Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued => {
                EndsElsewhere("the others proved less than the account asks for now, or something else")
            }
            Self::PasswordReset
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved => Ends(MAYBE_AN_INTRUDERS),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    fn stream(self) -> Fate {
        match self.session() {
            Ends(_) => Ends("it ends with its session"),
            EndsElsewhere(_) => EndsElsewhere("it ends with its session"),
            Stays(reason) => Stays(reason),
        }
    }

    fn gdpr_token(self) -> Fate {
        match self {
            Self::PasswordReset
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved => Ends(MAYBE_AN_INTRUDERS),
            Self::PasswordChanged
            | Self::EmailChanged
            | Self::PhoneVerified
            | Self::AuthenticatorAppAdded
            | Self::PasskeyAdded
            | Self::OneFactorRemoved
            | Self::LastFactorRemoved
            | Self::RecoveryCodesIssued => {
                Stays("applications of the holder use it; making it was mailed, and the holder can revoke it")
            }
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => {
                Stays("it is for data of the account, not of the organization")
            }
        }
    }
}

#[cfg(test)]
mod tests;
