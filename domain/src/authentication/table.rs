//! The table: what a change ends of what was staged, issued or lent before, and what it leaves.
//!
//! A row a function, a column a change; no wildcard, so that the compiler asks about each that is added.
//! The event store reads it when it stores an event ([`Ending`](super::Ending)), aggregates when they decide; no route
//! lists anything of its own. `.github/SECURITY.md` shows it, and a test compares.

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
            Lent::PendingPhone | Lent::PhoneCode => self.pending_phone(),
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
            | Self::PhoneRemoved
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

    fn email_undo_link(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::PhoneVerified
            | Self::PhoneRemoved
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

    fn billing_undo_link(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::PhoneVerified
            | Self::PhoneRemoved
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

    fn factor_undo_link(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::PhoneVerified
            | Self::PhoneRemoved
            | Self::RecoveryCodesIssued => Stays(WAY_BACK),
            Self::SecondFactorUndone => {
                Stays("the one used is used up; another takes back what another mail told of")
            }
            Self::SessionsEnded => Stays(WAY_BACK),
            Self::FactorRemoved => Stays("a phone may be set anew by another than the holder"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    fn password_reset_link(self) -> Fate {
        match self {
            Self::PasswordChanged | Self::PasswordReset => {
                Ends("another password holds, which an old mail must not replace")
            }
            Self::EmailChanged | Self::EmailChangeUndone => {
                Ends("it was sent to an address that holds no more")
            }
            Self::PhoneVerified | Self::PhoneRemoved | Self::RecoveryCodesIssued => Stays(WAY_BACK),
            Self::BillingEmailUndone | Self::SecondFactorUndone => Ends("another is sent with it"),
            Self::SessionsEnded | Self::FactorRemoved => Stays(WAY_BACK),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    fn pending_phone(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::PhoneRemoved
            | Self::RecoveryCodesIssued
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved
            | Self::BillingEmailUndone => Ends(OLDER_PROOF),
            Self::PhoneVerified => Ends("a phone was verified in its place"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    fn factor_removal(self) -> Fate {
        match self {
            Self::PhoneVerified => Ends("there is another second factor, of which the proof said nothing"),
            Self::PhoneRemoved | Self::SecondFactorUndone => Ends("there is nothing left to remove"),
            Self::FactorRemoved => Ends("it has been carried out"),
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::RecoveryCodesIssued
            | Self::SessionsEnded => {
                Stays("it rests on proof of who the holder is; who signs in can object in one step")
            }
            Self::BillingEmailChanged => Stays(BILLS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
        }
    }

    fn factor_objection_link(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone
            | Self::RecoveryCodesIssued
            | Self::SessionsEnded => Stays("what it objects to stays as well"),
            Self::PhoneVerified | Self::PhoneRemoved | Self::SecondFactorUndone | Self::FactorRemoved => {
                Ends("what it objects to is over")
            }
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
            Self::PhoneVerified | Self::PhoneRemoved => Ends("its code went to a phone that counts no more"),
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
            Self::PhoneVerified | Self::PhoneRemoved | Self::RecoveryCodesIssued => {
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

    fn recovery_codes(self) -> Fate {
        match self {
            Self::PhoneVerified | Self::RecoveryCodesIssued => Ends("new ones come in their place"),
            Self::PhoneRemoved => Ends("there is no phone any more for which they stand"),
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::BillingEmailUndone => Stays("they stand for the phone, which has not changed"),
            Self::BillingEmailChanged => Stays(BILLS),
            Self::SessionsEnded => Stays("they stand for the phone, which has not changed"),
            Self::FactorRemoved => Ends("there is no phone any more for which they stand"),
            Self::SecondFactorUndone => Ends(MAYBE_AN_INTRUDERS),
            Self::AccountDeleted => Ends(ACCOUNT_ENDED),
            Self::MemberDemoted | Self::MemberLeft | Self::OrganizationClosed => Stays(OTHER_MATTER),
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
            | Self::PhoneRemoved
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

    fn invitations(self) -> Fate {
        match self {
            Self::MemberDemoted => Ends("those to roles that the sender may no longer give"),
            Self::MemberLeft | Self::AccountDeleted => Ends("the sender may invite nobody any more"),
            Self::OrganizationClosed => Ends("there is nothing left to join"),
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::PhoneVerified
            | Self::PhoneRemoved
            | Self::RecoveryCodesIssued
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone => Stays(ORGANIZATIONS_MATTER),
        }
    }

    fn ownership(self) -> Fate {
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
            | Self::PhoneRemoved
            | Self::RecoveryCodesIssued
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone => Stays(ORGANIZATIONS_MATTER),
        }
    }

    fn overlap(self) -> Fate {
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
            | Self::PhoneRemoved
            | Self::RecoveryCodesIssued
            | Self::SecondFactorUndone
            | Self::SessionsEnded
            | Self::FactorRemoved
            | Self::BillingEmailChanged
            | Self::BillingEmailUndone => Stays("it is the project's, and its owners were told of it"),
        }
    }

    fn export(self) -> Fate {
        match self {
            Self::PasswordChanged
            | Self::PasswordReset
            | Self::EmailChanged
            | Self::EmailChangeUndone
            | Self::PhoneVerified
            | Self::PhoneRemoved
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

#[cfg(test)]
mod tests;
