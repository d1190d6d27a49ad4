//! How data keys are named.

use domain::{AccountId, RequestId};
use uuid::Uuid;

/// Which key: of whom, and for what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    /// A person, or a thing of ours such as a privacy request.
    pub subject: String,
    /// What the key is for: `profile`, `activity`, `archive`, …
    pub scope: String,
}

impl KeyName {
    /// The key of `subject` for `scope`.
    pub fn new(subject: impl Into<String>, scope: impl Into<String>) -> Self {
        Self { subject: subject.into(), scope: scope.into() }
    }

    /// The key that seals everything stored for a privacy request, its archive above all.
    pub fn archive(request: RequestId) -> Self {
        Self::new(request.to_string(), "archive")
    }

    /// On whose behalf the last keys of the subject are destroyed, where it is an account.
    pub(super) fn final_erasure(&self) -> Option<String> {
        let account: AccountId = self.subject.parse().ok()?;
        Some(account.final_erasure().to_string())
    }
}

/// A key that was destroyed, as the record of an erasure names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestroyedKey {
    /// The key's id in envelopes.
    pub id: Uuid,
    /// The digest it is recognised by.
    pub fingerprint: String,
}
