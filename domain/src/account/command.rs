//! What can be asked of an account.

use chrono::{DateTime, Utc};

use super::{
    AccountNotice, Channel, FailedTries, IdentityProof, Preferences, SecondFactor, SignOutReason, TokenEnd,
    Viewed,
};
use crate::{
    AccountId, ChallengeId, CredentialId, EmailAddress, EmailChangeId, Language, MembershipId, MessageId,
    OrganizationId, PasskeyId, PhoneNumber, SessionId, TimeZone, Undeliverable,
};

/// A wish concerning an account, in the imperative. Secrets are no part of it: who sends the
/// command hands them to the records in the same statement.
#[derive(Clone, Debug)]
pub enum AccountCommand {
    /// Open the account.
    Register {
        /// The id it shall have.
        account_id: AccountId,
        /// The sign-in address, which no other account may have.
        email: EmailAddress,
        /// The name to greet with.
        name: String,
        /// The switches it begins with.
        preferences: Preferences,
        /// The privacy policy in force.
        policy_version: String,
    },
    /// The password was right, and the second step where one is wanted, or a passkey was shown: a session began.
    RecordSignIn {
        /// The new session.
        session_id: SessionId,
        /// The passkey, where one was shown.
        passkey_id: Option<PasskeyId>,
    },
    /// The password was right: another factor is wanted as the second step.
    RecordSecondStepAsked {
        /// The question that it answers.
        challenge_id: ChallengeId,
    },
    /// The password was right: a code was sent for the second step.
    RecordSecondFactorAsked {
        /// The question that the code answers.
        challenge_id: ChallengeId,
        /// How it was sent.
        channel: Channel,
    },
    /// A session ended.
    RecordSignOut {
        /// Which one.
        session_id: SessionId,
        /// Why.
        reason: SignOutReason,
    },
    /// The password was given again in a running session, and the second step where one is wanted, or a passkey was shown.
    RecordReauthentication {
        /// In which session.
        session_id: SessionId,
        /// The passkey, where one was shown.
        passkey_id: Option<PasskeyId>,
    },
    /// Choose another name.
    ChangeName {
        /// The name to greet with.
        name: String,
    },
    /// Choose where bills go; to the sign-in address where none is named.
    ChangeBillingEmail {
        /// The additional address.
        billing_email: Option<EmailAddress>,
    },
    /// A reader of the holder's mail takes another billing address back.
    UndoBillingEmail,
    /// Choose a language and a time zone. What is left out stays; `None` follows the browser.
    ChangeLocale {
        /// The language.
        language: Option<Option<Language>>,
        /// The time zone.
        time_zone: Option<Option<TimeZone>>,
    },
    /// Move to another sign-in address, once it is confirmed.
    RequestEmailChange {
        /// The id of the change.
        change_id: EmailChangeId,
        /// The new address.
        email: EmailAddress,
    },
    /// A reader of mail at the new address confirmed it.
    ConfirmEmailChange {
        /// Which change.
        change_id: EmailChangeId,
    },
    /// The holder gives up a change that waits to be confirmed.
    CancelEmailChange,
    /// A reader of mail at the old address takes the change back, confirmed or not.
    UndoEmailChange {
        /// Which change.
        change_id: EmailChangeId,
    },
    /// The time to take a change back is over: the old address is given up.
    ReleaseFormerEmail {
        /// Which change.
        change_id: EmailChangeId,
    },
    /// The holder chose a new password.
    ChangePassword,
    /// A visitor asked for a link to choose a new password with.
    RecordPasswordResetAsked {
        /// Until when the link works.
        expires_at: DateTime<Utc>,
    },
    /// A reader of the account's mail chose a new password.
    ResetPassword,
    /// Receive codes at another number, once it is verified.
    RequestPhoneChange {
        /// The question that the code sent there answers.
        challenge_id: ChallengeId,
        /// The number.
        number: PhoneNumber,
        /// How codes shall come.
        channel: Channel,
    },
    /// The code sent to the new number was right.
    VerifyPhone {
        /// The question that it answered.
        challenge_id: ChallengeId,
        /// How many recovery codes come with it.
        recovery_codes: u32,
    },
    /// Do without the phone as a second factor.
    RemovePhone,
    /// The first code of an authenticator app was right. Where it is the first second factor, recovery codes come with it.
    AddAuthenticatorApp {
        /// How many.
        recovery_codes: u32,
    },
    /// Do without the authenticator app.
    RemoveAuthenticatorApp,
    /// A passkey was made. Where it is the first second factor, recovery codes come with it.
    AddPasskey {
        /// The id it shall have.
        passkey_id: PasskeyId,
        /// What the holder calls it.
        name: String,
        /// How many.
        recovery_codes: u32,
    },
    /// Call a passkey otherwise.
    RenamePasskey {
        /// Which.
        passkey_id: PasskeyId,
        /// What the holder calls it.
        name: String,
    },
    /// Do without a passkey.
    RemovePasskey {
        /// Which.
        passkey_id: PasskeyId,
    },
    /// A second factor is taken back, by the link in a mail of the account.
    UndoSecondFactor {
        /// Which, or what stands for it.
        factor: SecondFactor,
    },
    /// All sessions end: an operator wants it.
    EndSessions,
    /// An operator has seen proof of who the holder is, who has lost the second factor.
    BeginFactorRemoval {
        /// Which proof.
        proof: IdentityProof,
        /// The id of a note about it, which is kept elsewhere.
        note_id: Option<String>,
        /// When it is carried out.
        due_at: DateTime<Utc>,
    },
    /// The holder objects to the removal.
    StopFactorRemoval,
    /// The time to object is over.
    RemoveFactor,
    /// Have new recovery codes; the old ones die.
    IssueRecoveryCodes {
        /// How many.
        count: u32,
    },
    /// A recovery code stood for the second factor: it is used up.
    RecordRecoveryCodeUsed,
    /// Turn switches; those left out stay.
    ChangePreferences {
        /// Cookies that personalise.
        personalization: Option<bool>,
        /// Storage of usage.
        usage_logging: Option<bool>,
        /// The privacy policy in force, for the consent record.
        policy_version: String,
    },
    /// Have a token for the GDPR APIs; an older one dies.
    IssueGdprToken {
        /// The id of the new one.
        credential_id: CredentialId,
        /// What it can be recognised by without being known.
        fingerprint: String,
    },
    /// The token is no more.
    EndGdprToken {
        /// Which one.
        credential_id: CredentialId,
        /// Why.
        reason: TokenEnd,
    },
    /// The account has joined an organization, which says so itself in the same moment.
    JoinOrganization {
        /// Which.
        organization_id: OrganizationId,
        /// The membership that begins.
        membership_id: MembershipId,
    },
    /// The account has left an organization, which says so itself in the same moment.
    LeaveOrganization {
        /// Which.
        organization_id: OrganizationId,
    },
    /// A message went out.
    RecordNotice {
        /// The message.
        message_id: MessageId,
        /// What it tells of.
        notice: AccountNotice,
        /// Why it could not be handed over, and will not be, if so.
        undeliverable: Option<Undeliverable>,
    },
    /// An operator looks at what happened to the account.
    RecordHistoryViewed {
        /// At what.
        what: Viewed,
        /// Up to when, if not up to now.
        until: Option<DateTime<Utc>>,
    },
    /// Something was tried in vain, several times.
    RecordFailedTries {
        /// What, and how often.
        failed: FailedTries,
    },
    /// End the account.
    Delete,
    /// All that was personal in it is unreadable.
    RecordErasure {
        /// Fingerprints of the keys that were destroyed.
        destroyed_keys: Vec<String>,
    },
}
