//! The terms in which an account is told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountNotice, Channel, FactorRemoval};
use crate::{
    AccountId, ChallengeId, CredentialId, EmailAddress, EmailChangeId, Language, MembershipId,
    OrganizationId, PasskeyId, Personal, PhoneNumber, TimeZone,
};

/// The two switches of *Activity*. Off means off from that moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Cookies that personalise the experience may be set.
    pub personalization: bool,
    /// Usage of the product may be logged and stored.
    pub usage_logging: bool,
}

/// The aggregate: nothing before registration, the account after it, and after its end what is left to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account, once registered and as long as it lives.
    pub holder: Option<Holder>,
    /// Its end.
    pub ended: Option<Ended>,
}

/// A registered account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its id.
    pub account_id: AccountId,
    /// The sign-in address.
    pub email: Personal<EmailAddress>,
    /// The name to greet with.
    pub name: Personal<String>,
    /// Where bills go, if not to the sign-in address.
    pub billing_email: Option<Personal<EmailAddress>>,
    /// The language that was chosen; none: that of the browser.
    pub language: Option<Personal<Language>>,
    /// The time zone that was chosen; none: that of the browser.
    pub time_zone: Option<Personal<TimeZone>>,
    /// The two switches.
    pub preferences: Preferences,
    /// A new address that waits to be confirmed.
    pub email_change: Option<EmailChange>,
    /// Addresses to which the account may go back, oldest first.
    pub former_emails: Vec<FormerEmail>,
    /// The phone, where it is a second factor.
    pub phone: Option<Phone>,
    /// A number that waits to be verified.
    pub phone_change: Option<PhoneChange>,
    /// Whether an authenticator app is a second factor.
    #[serde(default)]
    pub authenticator_app: bool,
    /// Passkeys, which are second factors and sign in without a password.
    #[serde(default)]
    pub passkeys: BTreeMap<PasskeyId, Passkey>,
    /// Recovery codes that are left.
    pub recovery_codes: u32,
    /// The organizations it is a member of, and by which membership.
    pub memberships: BTreeMap<OrganizationId, MembershipId>,
    /// The token for the GDPR APIs.
    pub gdpr_token: Option<GdprToken>,
    /// A removal of the second factor that waits.
    pub factor_removal: Option<FactorRemoval>,
}

/// A new sign-in address that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailChange {
    /// The id of the change.
    pub change_id: EmailChangeId,
    /// The new address.
    pub email: Personal<EmailAddress>,
    /// Until when it can be confirmed.
    pub confirm_by: DateTime<Utc>,
    /// Until when the change can be taken back.
    pub undo_until: DateTime<Utc>,
}

/// A sign-in address that held before, and is still reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerEmail {
    /// The change that replaced it.
    pub change_id: EmailChangeId,
    /// The address.
    pub email: Personal<EmailAddress>,
    /// Until when that change can be taken back.
    pub undo_until: DateTime<Utc>,
}

/// A phone that receives codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// Its number.
    pub number: Personal<PhoneNumber>,
    /// How codes come.
    pub channel: Channel,
}

/// A phone that waits to be verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneChange {
    /// The question that the code sent there answers.
    pub challenge_id: ChallengeId,
    /// Its number.
    pub number: Personal<PhoneNumber>,
    /// How codes shall come.
    pub channel: Channel,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What the holder calls it.
    pub name: Personal<String>,
    /// Until when the mail that told of it takes it back.
    pub undo_until: DateTime<Utc>,
}

/// A token for the GDPR APIs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GdprToken {
    /// Its id.
    pub credential_id: CredentialId,
    /// What it can be recognised by.
    pub fingerprint: String,
    /// Until when it holds.
    pub expires_at: DateTime<Utc>,
    /// What the holder was told of its end.
    pub notices: BTreeSet<AccountNotice>,
}

/// What is left of an account that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Its id.
    pub account_id: AccountId,
    /// When it ended.
    pub deleted_at: DateTime<Utc>,
    /// The last message went out, or cannot.
    #[serde(rename = "farewell")]
    pub last_notice_done: bool,
    /// All that was personal is unreadable.
    pub erased: bool,
}
