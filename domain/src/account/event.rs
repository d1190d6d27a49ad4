//! What happened to an account. Stored for ever: types are never renamed, fields never change
//! their meaning.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::{
    AccountNotice, Channel, FailedTries, IdentityProof, PreferenceChange, Preferences, SecondFactor,
    SignOutReason, TokenEnd, Viewed,
};
use crate::{
    AccountId, ChallengeId, CredentialId, EmailAddress, EmailChangeId, Language, MembershipId, MessageId,
    OrganizationId, PasskeyId, Personal, PhoneNumber, SessionId, TimeZone, Undeliverable,
};

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AccountEvent {
    /// The account was opened.
    Registered {
        /// Its id.
        account_id: AccountId,
        /// The sign-in address.
        email: Personal<EmailAddress>,
        /// The name to greet with.
        name: Personal<String>,
        /// The switches it began with.
        preferences: Preferences,
        /// The privacy policy then in force.
        policy_version: String,
    },
    /// A session began.
    SignedIn {
        /// The session.
        session_id: SessionId,
        /// The passkey that was shown; none where the password was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passkey_id: Option<PasskeyId>,
    },
    /// The password was right, and another factor is wanted as the second step; no code was sent yet.
    SecondStepAsked {
        /// The question that it answers.
        challenge_id: ChallengeId,
    },
    /// The password was right, and a code was sent for the second step.
    SecondFactorAsked {
        /// The question that the code answers.
        challenge_id: ChallengeId,
        /// How it was sent.
        channel: Channel,
    },
    /// A session ended.
    SignedOut {
        /// The session.
        session_id: SessionId,
        /// Why.
        reason: SignOutReason,
    },
    /// The password was given again, or a passkey shown.
    Reauthenticated {
        /// The session.
        session_id: SessionId,
        /// The passkey; none where the password was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passkey_id: Option<PasskeyId>,
    },
    /// Another name holds.
    NameChanged {
        /// The name to greet with.
        name: Personal<String>,
    },
    /// Bills go elsewhere.
    BillingEmailChanged {
        /// The additional address; none: to the sign-in address.
        billing_email: Option<Personal<EmailAddress>>,
    },
    /// Another billing address was taken back, by the link sent to the holder: bills go to the sign-in address.
    BillingEmailUndone {},
    /// Another language or time zone holds. Both are told as they stand from then on.
    LocaleChanged {
        /// The language; none: that of the browser.
        language: Option<Personal<Language>>,
        /// The time zone; none: that of the browser.
        time_zone: Option<Personal<TimeZone>>,
    },
    /// Another sign-in address is wished for, and waits to be confirmed.
    EmailChangeRequested {
        /// The id of the change.
        change_id: EmailChangeId,
        /// The new address.
        email: Personal<EmailAddress>,
        /// Until when it can be confirmed.
        confirm_by: DateTime<Utc>,
        /// Until when it can be taken back.
        undo_until: DateTime<Utc>,
    },
    /// The new sign-in address was confirmed and holds.
    EmailChanged {
        /// The change.
        change_id: EmailChangeId,
        /// The new address.
        email: Personal<EmailAddress>,
        /// The old one, which stays reserved as long as the change can be taken back.
        former: Personal<EmailAddress>,
        /// Until when it can be taken back.
        undo_until: DateTime<Utc>,
    },
    /// A change was taken back from the old address.
    EmailChangeUndone {
        /// The change, and all that came after it.
        changes: Vec<EmailChangeId>,
        /// The address that holds.
        email: Personal<EmailAddress>,
        /// The addresses that were given up.
        released: Vec<Personal<EmailAddress>>,
    },
    /// A change that waited to be confirmed ended: by the holder, or with something else, where the proof it was asked for
    /// with counts no more.
    EmailChangeEnded {
        /// The change.
        change_id: EmailChangeId,
        /// By the holder.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cancelled: bool,
    },
    /// The time to take a change back is over: the old address was given up.
    FormerEmailReleased {
        /// The change.
        change_id: EmailChangeId,
        /// The old address; none where it holds again.
        email: Option<Personal<EmailAddress>>,
    },
    /// A new password holds.
    PasswordChanged {},
    /// A link to choose a new password was asked for.
    PasswordResetAsked {
        /// Until when it works.
        expires_at: DateTime<Utc>,
    },
    /// A new password was chosen by such a link.
    PasswordReset {},
    /// Codes shall go to another number, which waits to be verified.
    PhoneChangeRequested {
        /// The question that the code sent there answers.
        challenge_id: ChallengeId,
        /// The number.
        number: Personal<PhoneNumber>,
        /// How codes shall come.
        channel: Channel,
    },
    /// The number was verified: it is a second factor.
    PhoneVerified {
        /// The number.
        number: Personal<PhoneNumber>,
        /// How codes come.
        channel: Channel,
    },
    /// The phone is no second factor any more.
    PhoneRemoved {
        /// Whether other second factors are left. Earlier releases had none.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        others_left: bool,
    },
    /// The first code of an authenticator app was right: it is a second factor.
    AuthenticatorAppAdded {},
    /// The authenticator app is no second factor any more.
    AuthenticatorAppRemoved {
        /// Whether other second factors are left.
        others_left: bool,
    },
    /// A passkey was added: it is a second factor, and signs in without a password.
    PasskeyAdded {
        /// The passkey.
        passkey_id: PasskeyId,
        /// What the holder calls it.
        name: Personal<String>,
        /// Until when it can be taken back, by the link in the mail that tells of it.
        undo_until: DateTime<Utc>,
    },
    /// A passkey has another name.
    PasskeyRenamed {
        /// The passkey.
        passkey_id: PasskeyId,
        /// What the holder calls it.
        name: Personal<String>,
    },
    /// A passkey signs in no more.
    PasskeyRemoved {
        /// The passkey.
        passkey_id: PasskeyId,
        /// Whether other second factors are left.
        others_left: bool,
    },
    /// Passkeys that could still be taken back ended with something else: an intruder may have added them.
    PasskeysEnded {
        /// The passkeys.
        passkey_ids: Vec<PasskeyId>,
        /// Whether other second factors are left.
        others_left: bool,
    },
    /// A second factor was taken back, by the link in the mail that told of it.
    SecondFactorUndone {
        /// Which, or what stands for it.
        factor: SecondFactor,
    },
    /// An operator ended all sessions.
    SessionsEnded {},
    /// An operator has seen proof of who the holder is: the second factor is removed, unless the holder objects.
    FactorRemovalBegun {
        /// Which proof.
        proof: IdentityProof,
        /// The id of a note about it, which is kept elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note_id: Option<String>,
        /// When it is carried out.
        due_at: DateTime<Utc>,
    },
    /// The holder objected: the second factor stays.
    FactorRemovalStopped {},
    /// The time to object was over: there is no second factor any more, of no kind.
    FactorRemoved {},
    /// Recovery codes were made; older ones are dead.
    RecoveryCodesIssued {
        /// How many.
        count: u32,
    },
    /// A recovery code was used up.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
    },
    /// Switches were turned: a consent record (GDPR Art. 7(1)).
    PreferencesChanged {
        /// Whose.
        account_id: AccountId,
        /// Cookies that personalise, if turned.
        personalization: Option<PreferenceChange>,
        /// Storage of usage, if turned.
        usage_logging: Option<PreferenceChange>,
        /// The privacy policy then in force.
        policy_version: String,
    },
    /// A token for the GDPR APIs was made; an older one is dead.
    GdprTokenIssued {
        /// The id of the token.
        credential_id: CredentialId,
        /// What it can be recognised by without being known.
        fingerprint: String,
        /// Until when it holds.
        expires_at: DateTime<Utc>,
        /// The one that died.
        replaces: Option<CredentialId>,
    },
    /// A token for the GDPR APIs is no more.
    GdprTokenEnded {
        /// The token.
        credential_id: CredentialId,
        /// Why.
        reason: TokenEnd,
    },
    /// The account became a member.
    OrganizationJoined {
        /// Of which organization.
        organization_id: OrganizationId,
        /// The membership that began.
        membership_id: MembershipId,
    },
    /// The account is no member any more.
    OrganizationLeft {
        /// Of which organization.
        organization_id: OrganizationId,
    },
    /// A message went out.
    NoticeSent {
        /// The message: its Message-ID begins with it.
        message_id: MessageId,
        /// What it told of.
        notice: AccountNotice,
        /// Whether the account's schedule waited for it.
        awaited: bool,
    },
    /// A message could not be handed over, and is not tried any more.
    NoticeUndeliverable {
        /// The message.
        message_id: MessageId,
        /// What it would have told of.
        notice: AccountNotice,
        /// Whether the account's schedule waited for it.
        awaited: bool,
        /// Why. Earlier releases did not record it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Undeliverable>,
    },
    /// An operator looked at what happened to the account.
    HistoryViewed {
        /// At what.
        what: Viewed,
        /// Up to when, if not up to then.
        until: Option<DateTime<Utc>>,
    },
    /// Something was tried in vain, several times.
    FailedTriesNoted {
        /// What, and how often.
        #[serde(flatten)]
        failed: FailedTries,
    },
    /// The account ended.
    Deleted {
        /// Its id.
        account_id: AccountId,
        /// When.
        deleted_at: DateTime<Utc>,
        /// The addresses that became free.
        released: Vec<Personal<EmailAddress>>,
    },
    /// All that was personal in it is unreadable.
    PersonalDataErased {
        /// Fingerprints of the keys that were destroyed.
        destroyed_keys: Vec<String>,
    },
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered { .. } => "account.registered",
            Self::SignedIn { .. } => "account.signed_in",
            Self::SecondFactorAsked { .. } => "account.second_factor_asked",
            Self::SecondStepAsked { .. } => "account.second_step_asked",
            Self::SignedOut { .. } => "account.signed_out",
            Self::Reauthenticated { .. } => "account.reauthenticated",
            Self::NameChanged { .. } => "account.name_changed",
            Self::BillingEmailChanged { .. } => "account.billing_email_changed",
            Self::BillingEmailUndone {} => "account.billing_email_undone",
            Self::LocaleChanged { .. } => "account.locale_changed",
            Self::EmailChangeRequested { .. } => "account.email_change_requested",
            Self::EmailChanged { .. } => "account.email_changed",
            Self::EmailChangeUndone { .. } => "account.email_change_undone",
            Self::EmailChangeEnded { .. } => "account.email_change_ended",
            Self::FormerEmailReleased { .. } => "account.former_email_released",
            Self::PasswordChanged {} => "account.password_changed",
            Self::PasswordResetAsked { .. } => "account.password_reset_asked",
            Self::PasswordReset {} => "account.password_reset",
            Self::PhoneChangeRequested { .. } => "account.phone_change_requested",
            Self::PhoneVerified { .. } => "account.phone_verified",
            Self::PhoneRemoved { .. } => "account.phone_removed",
            Self::AuthenticatorAppAdded {} => "account.authenticator_app_added",
            Self::AuthenticatorAppRemoved { .. } => "account.authenticator_app_removed",
            Self::PasskeyAdded { .. } => "account.passkey_added",
            Self::PasskeyRenamed { .. } => "account.passkey_renamed",
            Self::PasskeyRemoved { .. } => "account.passkey_removed",
            Self::PasskeysEnded { .. } => "account.passkeys_ended",
            Self::SecondFactorUndone { .. } => "account.second_factor_undone",
            Self::SessionsEnded {} => "account.sessions_ended",
            Self::FactorRemovalBegun { .. } => "account.factor_removal_begun",
            Self::FactorRemovalStopped {} => "account.factor_removal_stopped",
            Self::FactorRemoved {} => "account.factor_removed",
            Self::RecoveryCodesIssued { .. } => "account.recovery_codes_issued",
            Self::RecoveryCodeUsed { .. } => "account.recovery_code_used",
            Self::PreferencesChanged { .. } => "account.preferences_changed",
            Self::GdprTokenIssued { .. } => "account.gdpr_token_issued",
            Self::GdprTokenEnded { .. } => "account.gdpr_token_ended",
            Self::OrganizationJoined { .. } => "account.organization_joined",
            Self::OrganizationLeft { .. } => "account.organization_left",
            Self::NoticeSent { .. } => "account.notice_sent",
            Self::NoticeUndeliverable { .. } => "account.notice_undeliverable",
            Self::HistoryViewed { .. } => "account.history_viewed",
            Self::FailedTriesNoted { .. } => "account.failed_tries_noted",
            Self::Deleted { .. } => "account.deleted",
            Self::PersonalDataErased { .. } => "account.personal_data_erased",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
