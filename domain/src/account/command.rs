//! What can be asked of an account.

use chrono::{DateTime, Utc};

use super::{Preferences, SignOutReason, Viewed};
use crate::{AccountId, EmailAddress, SessionId};

/// A wish concerning an account, in the imperative. Secrets are no part of it: who sends the
/// command hands them to the vault in the same statement.
#[derive(Clone, Debug)]
pub enum AccountCommand {
    /// Open the account.
    Register {
        /// The id it shall have.
        account_id: AccountId,
        /// The sign-in address, which must be nobody else's.
        email: EmailAddress,
        /// The name to greet with.
        name: String,
        /// The switches it begins with.
        preferences: Preferences,
        /// The privacy policy in force.
        policy_version: String,
    },
    /// The password was right: a session began.
    RecordSignIn {
        /// The new session.
        session_id: SessionId,
    },
    /// A session ended.
    RecordSignOut {
        /// Which one.
        session_id: SessionId,
        /// Why.
        reason: SignOutReason,
    },
    /// The password was given again in a running session.
    RecordReauthentication {
        /// In which session.
        session_id: SessionId,
    },
    /// The holder chose a new password.
    ChangePassword,
    /// Turn switches; those left out stay.
    ChangePreferences {
        /// Cookies that personalise.
        personalization: Option<bool>,
        /// Storage of usage.
        usage_logging: Option<bool>,
        /// The privacy policy in force, for the consent record.
        policy_version: String,
    },
    /// Somebody who runs the service looks at what happened to the account.
    RecordHistoryViewed {
        /// At what.
        what: Viewed,
        /// Up to when, if not up to now.
        until: Option<DateTime<Utc>>,
    },
}
