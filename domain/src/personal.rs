//! Personal data inside events.
//!
//! A field that holds personal data has the type [`Personal`]. That type *is* the declaration: it
//! says whose data it is and in which [`Scope`], and it serialises to a marked JSON object that
//! the event store seals before anything is written. A field that forgets the type would be
//! stored in plain text; one that has it cannot be.
//!
//! When the key of its subject and scope is destroyed, the same field reads as
//! [`Personal::Erased`]: a value like any other, never an error, so that a history still folds.

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, OperatorId};

/// Name of the JSON member under which a personal value is marked before it is sealed.
pub const MARK: &str = "$personal";
/// Name of the JSON member that stands where a value was erased.
pub const ERASED: &str = "$erased";

/// How long a personal value is needed, and so which key it is sealed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Needed while the account lives: name, addresses, phone. Dies with the account.
    Profile,
    /// Collected about use: IP address, user agent. Dies with *Delete Data* (GDPR Art. 17).
    Activity,
}

impl Scope {
    /// The name under which the scope is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Activity => "activity",
        }
    }
}

/// Whose data a value is: the id of an account (or, for what operators do, of an operator).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubjectId(String);

impl SubjectId {
    /// The subject's id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A subject read back from where it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl From<AccountId> for SubjectId {
    fn from(id: AccountId) -> Self {
        Self(id.to_string())
    }
}

impl From<OperatorId> for SubjectId {
    fn from(id: OperatorId) -> Self {
        Self(id.to_string())
    }
}

/// A value of personal data, or the place where one was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Wire<T>", into = "Wire<T>")]
#[serde(bound(serialize = "T: Serialize + Clone", deserialize = "T: Deserialize<'de>"))]
pub enum Personal<T> {
    /// The value, whose it is and what it is needed for.
    Known {
        /// Whose data it is.
        subject: SubjectId,
        /// What it is needed for.
        scope: Scope,
        /// The value itself.
        value: T,
    },
    /// The key was destroyed: the value is gone for ever.
    Erased,
}

impl<T> Personal<T> {
    /// A value needed while the account lives.
    pub fn profile(subject: impl Into<SubjectId>, value: T) -> Self {
        Self::Known { subject: subject.into(), scope: Scope::Profile, value }
    }

    /// A value collected about use.
    pub fn activity(subject: impl Into<SubjectId>, value: T) -> Self {
        Self::Known { subject: subject.into(), scope: Scope::Activity, value }
    }

    /// The value, unless it was erased.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Erased => None,
        }
    }
}

impl<T> std::fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known { scope, .. } => write!(f, "Personal({})", scope.as_str()),
            Self::Erased => f.write_str("Personal(erased)"),
        }
    }
}

/// The two forms a personal value has in JSON once opened.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Wire<T> {
    Known {
        #[serde(rename = "$personal")]
        personal: Marked<T>,
    },
    Erased {
        #[serde(rename = "$erased")]
        erased: bool,
    },
}

#[derive(Clone, Serialize, Deserialize)]
struct Marked<T> {
    subject: SubjectId,
    scope: Scope,
    value: T,
}

impl<T> From<Wire<T>> for Personal<T> {
    fn from(wire: Wire<T>) -> Self {
        match wire {
            Wire::Known { personal: Marked { subject, scope, value } } => {
                Self::Known { subject, scope, value }
            }
            Wire::Erased { .. } => Self::Erased,
        }
    }
}

impl<T> From<Personal<T>> for Wire<T> {
    fn from(personal: Personal<T>) -> Self {
        match personal {
            Personal::Known { subject, scope, value } => {
                Self::Known { personal: Marked { subject, scope, value } }
            }
            Personal::Erased => Self::Erased { erased: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn a_value_is_marked_with_its_subject_and_scope() {
        let account = AccountId::from_uuid(Uuid::from_u128(1));
        let value = Personal::profile(account, "Ada".to_owned());
        let written = serde_json::to_value(&value).unwrap();
        assert_eq!(
            written,
            json!({"$personal": {"subject": account.to_string(), "scope": "profile", "value": "Ada"}})
        );
        assert_eq!(serde_json::from_value::<Personal<String>>(written).unwrap(), value);
        assert_eq!(format!("{value:?}"), "Personal(profile)");
    }

    #[test]
    fn an_erased_value_reads_as_erased() {
        let erased: Personal<String> = serde_json::from_value(json!({"$erased": true})).unwrap();
        assert_eq!(erased, Personal::Erased);
        assert_eq!(serde_json::to_value(&erased).unwrap(), json!({"$erased": true}));
        assert_eq!(erased.known(), None);
    }
}
