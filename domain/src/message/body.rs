//! What a message says, and what of an account it tells of.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CodeFor, NamedProject, OwnersChange, TeamChange, UndoLink};
use crate::account::{IdentityProof, SecondFactor};
use crate::organization::Role;
use crate::{AccountId, Language, RequestId};

/// What a message says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum MessageBody {
    /// A person signed in from a program that was not seen before.
    NewDevice {
        /// When.
        at: DateTime<Utc>,
        /// The program, as it calls itself.
        program: Option<String>,
        /// From where.
        ip_address: Option<IpAddr>,
    },
    /// This address is to be the sign-in address of an account: confirm it.
    EmailConfirmation {
        /// The token of the link.
        token: String,
        /// Until when it works.
        confirm_by: DateTime<Utc>,
    },
    /// The sign-in address is to be another: take it back, if it was not you.
    EmailChange {
        /// When it was asked for.
        at: DateTime<Utc>,
        /// The token of the link.
        token: String,
        /// Until when it works, also after the change.
        undo_until: DateTime<Utc>,
    },
    /// A change of the sign-in address was taken back.
    EmailChangeUndone {
        /// When.
        at: DateTime<Utc>,
    },
    /// A new password holds.
    PasswordChanged {
        /// When.
        at: DateTime<Utc>,
    },
    /// Choose a new password.
    PasswordResetLink {
        /// The token of the link.
        token: String,
        /// Until when it works.
        expires_at: DateTime<Utc>,
    },
    /// A code.
    Code {
        /// The code.
        code: String,
        /// What it is wanted for.
        wanted_for: CodeFor,
    },
    /// A phone is a second factor.
    PhoneVerified {
        /// When.
        at: DateTime<Utc>,
        /// Its number, masked.
        phone: String,
        /// The link that takes it back; none in messages of an earlier release.
        #[serde(default)]
        undo: Option<UndoLink>,
    },
    /// A second factor was taken back.
    SecondFactorUndone {
        /// When.
        at: DateTime<Utc>,
        /// What of it.
        factor: SecondFactor,
    },
    /// The phone is no second factor any more.
    PhoneRemoved {
        /// When.
        at: DateTime<Utc>,
        /// Whether other second factors are left; none were in messages of an earlier release.
        #[serde(default)]
        others_left: bool,
    },
    /// An authenticator app is a second factor.
    AuthenticatorAppAdded {
        /// When.
        at: DateTime<Utc>,
        /// The link that takes it back.
        undo: UndoLink,
    },
    /// The authenticator app is no second factor any more.
    AuthenticatorAppRemoved {
        /// When.
        at: DateTime<Utc>,
        /// Whether other second factors are left.
        others_left: bool,
    },
    /// There is another passkey.
    PasskeyAdded {
        /// When.
        at: DateTime<Utc>,
        /// What the holder calls it.
        name: String,
        /// The link that takes it back.
        undo: UndoLink,
    },
    /// A passkey signs in no more.
    PasskeyRemoved {
        /// When.
        at: DateTime<Utc>,
        /// What the holder called it.
        name: String,
        /// Whether other second factors are left.
        others_left: bool,
    },
    /// An operator ended all sessions.
    SessionsEnded {
        /// When.
        at: DateTime<Utc>,
    },
    /// The second factor is to be removed, unless the holder objects.
    FactorRemovalBegun {
        /// When it was asked for.
        at: DateTime<Utc>,
        /// How it was proved that the holder asked.
        proof: IdentityProof,
        /// When it is carried out.
        due_at: DateTime<Utc>,
        /// The token of the link to object with.
        token: String,
    },
    /// The holder objected to the removal.
    FactorRemovalStopped {
        /// When.
        at: DateTime<Utc>,
    },
    /// The second factor was removed.
    FactorRemoved {
        /// When.
        at: DateTime<Utc>,
    },
    /// There are new recovery codes.
    RecoveryCodesIssued {
        /// When.
        at: DateTime<Utc>,
        /// The link that takes them back; none in messages of an earlier release.
        #[serde(default)]
        undo: Option<UndoLink>,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// When.
        at: DateTime<Utc>,
        /// How many are left.
        left: u32,
    },
    /// Wrong codes were given after the right password, which the person who tries knows.
    FailedCodes {
        /// How many.
        tries: u32,
        /// From how many networks, at least.
        networks: u32,
        /// When the first was.
        since: DateTime<Utc>,
        /// When the last was.
        until: DateTime<Utc>,
    },
    /// The credentials of a project were reset.
    CredentialsReset {
        /// When.
        at: DateTime<Utc>,
        /// Which project.
        project: NamedProject,
        /// Until when the old ones work; none: they no longer do.
        previous_ends_at: Option<DateTime<Utc>>,
        /// Whether it was the reader who did it.
        by_reader: bool,
    },
    /// The secret of a project was shown.
    CredentialsRevealed {
        /// When.
        at: DateTime<Utc>,
        /// Which project.
        project: NamedProject,
        /// Whether it was to the reader.
        by_reader: bool,
    },
    /// Credentials of a project were revoked by an operator.
    CredentialsRevoked {
        /// When.
        at: DateTime<Utc>,
        /// Which project.
        project: NamedProject,
    },
    /// There is a new token for the GDPR APIs.
    GdprTokenIssued {
        /// When.
        at: DateTime<Utc>,
        /// Until when it holds.
        expires_at: DateTime<Utc>,
        /// Whether an older one died.
        replaces: bool,
    },
    /// The token for the GDPR APIs was revoked.
    GdprTokenRevoked {
        /// When.
        at: DateTime<Utc>,
    },
    /// The token for the GDPR APIs will expire.
    GdprTokenExpires {
        /// When.
        expires_at: DateTime<Utc>,
        /// In how many days, when it is told.
        days: u32,
    },
    /// The token for the GDPR APIs has expired.
    GdprTokenExpired {
        /// When.
        at: DateTime<Utc>,
    },
    /// Bills go elsewhere: take it back, if it was not you.
    BillingEmailChanged {
        /// When.
        at: DateTime<Utc>,
        /// Whether there is a billing address now; otherwise bills go to the sign-in address.
        set: bool,
        /// Whether it is the reader's account: the billing addresses are told as well.
        of_reader: bool,
        /// The token of the link, for the holder alone.
        token: Option<String>,
        /// Until when it works.
        undo_until: DateTime<Utc>,
    },
    /// Another billing address was taken back.
    BillingEmailUndone {
        /// When.
        at: DateTime<Utc>,
    },
    /// The archive of an export was fetched.
    ArchiveDownloaded {
        /// When.
        at: DateTime<Utc>,
        /// Of which request.
        request_id: RequestId,
        /// The program, as it calls itself.
        program: Option<String>,
        /// From where.
        ip_address: Option<IpAddr>,
    },
    /// Who may do what in an organization of the reader has changed.
    TeamChanged {
        /// When.
        at: DateTime<Utc>,
        /// The name of the organization.
        organization: String,
        /// The member; none where an address was invited.
        member: Option<AccountId>,
        /// What changed.
        change: TeamChange,
        /// Whether it was the reader who did it.
        by_reader: bool,
    },
    /// Who is named as an owner of a project has changed.
    ProjectOwnersChanged {
        /// When.
        at: DateTime<Utc>,
        /// Which project.
        project: NamedProject,
        /// What changed.
        change: OwnersChange,
        /// Whether it was the reader who did it.
        by_reader: bool,
    },
    /// An organization of the reader demands a second factor of its members, or no longer.
    SecondFactorDemandChanged {
        /// When.
        at: DateTime<Utc>,
        /// The name of the organization.
        organization: String,
        /// Whether it is demanded.
        demanded: bool,
        /// Whether it was the reader who did it.
        by_reader: bool,
    },
    /// The reader has another role in an organization.
    RoleChanged {
        /// When.
        at: DateTime<Utc>,
        /// The name of the organization.
        organization: String,
        /// The role.
        role: Role,
        /// It is a lesser one, with which named ownership of projects has ended.
        #[serde(default)]
        is_less: bool,
    },
    /// The reader is no longer a member of an organization.
    MembershipEnded {
        /// When.
        at: DateTime<Utc>,
        /// The name of the organization.
        organization: String,
    },
    /// The account ended.
    AccountDeleted {
        /// When.
        at: DateTime<Utc>,
        /// Copies of the data that were being made or could still be fetched, and ended with it. None: it was not counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exports: Option<u32>,
        /// The language that the holder had chosen: the account cannot be asked any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
    },
    /// The reader is invited into an organization.
    Invitation {
        /// The name of the organization.
        organization: String,
        /// The role to come.
        role: Role,
        /// The token of the link.
        token: String,
        /// Until when it works.
        expires_at: DateTime<Utc>,
        /// The inviter; their name is looked up when it is sent. None in messages of an earlier release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invited_by: Option<AccountId>,
    },
}
