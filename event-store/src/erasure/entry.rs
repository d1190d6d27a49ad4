//! An entry of the ledger: what it says, and how it lies in the object store.
//!
//! Entries are kept for ever, so their form has a version, and a later release reads all earlier ones.
//! They hold ids, times and fingerprints and no other personal data, and they are sealed all the same: an
//! administrator who may list a bucket need not learn who asked to be erased.
//!
//! ```text
//! ledger/erasures/2026-11-24/101530.123456-0193…   {"format": 1, "key": …, "sealed": base64 of nonce and ciphertext}
//! ```

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::encryption::{DataKey, DestroyedKey, KeyName, SealError};

/// Where the entries lie.
pub(super) const FOLDER: &str = "ledger/erasures";
/// The form of an entry.
const FORMAT: u32 = 1;
/// The form of one that narrows what is deleted: an earlier release, which would delete more, does not read it.
const NARROWED: u32 = 2;
/// What the step of erasing usage is called, or begins with where it had to be recorded again.
pub(super) const USAGE: &str = "usage";

/// What one entry erases.
pub(super) enum Step {
    /// One data key.
    Key { key: DestroyedKey, name: KeyName },
    /// What was collected of a person until the entry was made; which try it is, from 0.
    Usage(Usage, usize),
    /// What was found of it again; for which time, from 1.
    UsageAgain(Usage, u32),
}

impl Step {
    /// What it erases, in a word.
    pub(super) fn kind(&self) -> &str {
        match self {
            Self::Key { name, .. } => &name.scope,
            Self::Usage(..) | Self::UsageAgain(..) => USAGE,
        }
    }

    /// What it is called among the steps of one cause.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Key { key, .. } => format!("key/{}", key.id),
            Self::Usage(_, 0) => USAGE.to_owned(),
            Self::Usage(_, again) => format!("{USAGE}/{again}"),
            Self::UsageAgain(_, time) => format!("{USAGE}/found-{time}"),
        }
    }
}

/// An entry. A member that is added gets a default; one whose meaning changes needs a new format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The request on whose behalf.
    pub(super) cause: String,
    /// Which part of its work.
    pub(super) step: String,
    /// When, by the clock of the database, which also says when usage was received.
    pub(super) at: DateTime<Utc>,
    /// The data keys to destroy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) keys: Vec<Key>,
    /// Whose usage received until `at` is to be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<Usage>,
}

/// A data key to destroy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) id: Uuid,
    pub(super) subject: String,
    pub(super) scope: String,
    pub(super) fingerprint: String,
}

/// Usage to delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Usage {
    pub(super) project_id: String,
    pub(super) distinct_id: String,
    /// Only what was received, or happened, until then: what came back after an erasure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<DateTime<Utc>>,
}

/// How an entry lies in the object store.
#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    /// The key of the ledger it is sealed with.
    key: Uuid,
    sealed: String,
}

impl Entry {
    /// The entry of a step.
    pub(super) fn of(cause: &str, step: &Step, at: DateTime<Utc>) -> Self {
        let (cause, name) = (cause.to_owned(), step.name());
        match step {
            Step::Key { key, name: KeyName { subject, scope } } => {
                let (subject, scope) = (subject.clone(), scope.clone());
                let key = Key { id: key.id, subject, scope, fingerprint: key.fingerprint.clone() };
                Self { cause, step: name, at, keys: vec![key], usage: None }
            }
            Step::Usage(usage, _) | Step::UsageAgain(usage, _) => {
                Self { cause, step: name, at, keys: Vec::new(), usage: Some(usage.clone()) }
            }
        }
    }

    /// A name for an entry made at `at`: names sort by time, one folder a day.
    pub(super) fn name(at: DateTime<Utc>, id: Uuid) -> String {
        format!("{FOLDER}/{}-{id}", at.format("%Y-%m-%d/%H%M%S%.6f"))
    }

    /// The entry as it is stored under `name`, sealed with `key`.
    pub(super) fn seal(&self, name: &str, key: &DataKey) -> Result<String, SealError> {
        let plain = serde_json::to_vec(self).map_err(|_| SealError::Malformed)?;
        let format = if self.is_narrowed() { NARROWED } else { FORMAT };
        let sealed = BASE64_STANDARD_NO_PAD.encode(key.seal(&plain, &place(name, format))?);
        let stored = Stored { format, key: key.id, sealed };
        serde_json::to_string(&stored).map_err(|_| SealError::Malformed)
    }

    /// The entry stored under `name`, if `key` gives the key it was sealed with.
    pub(super) fn open<'k>(
        text: &[u8],
        name: &str,
        key: impl Fn(Uuid) -> Option<&'k DataKey>,
    ) -> Result<Self, SealError> {
        let stored: Stored = serde_json::from_slice(text).map_err(|_| SealError::Malformed)?;
        if ![FORMAT, NARROWED].contains(&stored.format) {
            return Err(SealError::Malformed);
        }
        let sealed = BASE64_STANDARD_NO_PAD.decode(&stored.sealed).map_err(|_| SealError::Malformed)?;
        let plain = key(stored.key)
            .ok_or(SealError::AuthenticationFailed)?
            .open(&sealed, &place(name, stored.format))?;
        serde_json::from_slice(&plain).map_err(|_| SealError::Malformed)
    }

    fn is_narrowed(&self) -> bool {
        self.usage.as_ref().is_some_and(|usage| usage.before.is_some())
    }

    /// The key a stored entry says it is sealed with.
    pub(super) fn key_of(text: &[u8]) -> Option<Uuid> {
        serde_json::from_slice::<Stored>(text).ok().map(|stored| stored.key)
    }

    /// What it erases, in a word.
    pub(super) fn kind(&self) -> &str {
        self.keys.first().map_or(USAGE, |key| &key.scope)
    }

    /// The names of the keys it destroys.
    pub(super) fn key_names(&self) -> Vec<KeyName> {
        self.keys.iter().map(|key| KeyName::new(&key.subject, &key.scope)).collect()
    }
}

/// What a sealed entry is bound to, besides its key.
fn place(name: &str, format: u32) -> Vec<u8> {
    format!("personal-settings ledger of erasures, format {format}, {name}").into_bytes()
}

/// The day a folder of entries is of.
pub(super) fn day(folder: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(folder, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let key = DestroyedKey { id: Uuid::from_u128(7), fingerprint: "f00d".to_owned() };
        let step = Step::Key { key, name: KeyName::new("acc_1", "activity") };
        Entry::of("req_1", &step, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn an_entry_opens_under_its_name_and_key_and_nowhere_else() {
        let key = DataKey::generate(Uuid::from_u128(1));
        let other = DataKey::generate(Uuid::from_u128(1));
        let sealed = entry().seal("one", &key).unwrap();
        assert!(!sealed.contains("acc_1"), "{sealed}");
        let open = |text: &str, name, key: &DataKey| Entry::open(text.as_bytes(), name, |_| Some(key));
        assert_eq!(open(&sealed, "one", &key).unwrap(), entry());
        assert!(
            matches!(open(&sealed, "two", &key), Err(SealError::AuthenticationFailed)),
            "copied to another name"
        );
        assert!(
            matches!(open(&sealed, "one", &other), Err(SealError::AuthenticationFailed)),
            "made by another"
        );
        assert!(matches!(
            Entry::open(sealed.as_bytes(), "one", |_| None),
            Err(SealError::AuthenticationFailed)
        ));
        let later = sealed.replace("\"format\":1", "\"format\":3");
        assert!(matches!(open(&later, "one", &key), Err(SealError::Malformed)));
        assert!(open("{}", "one", &key).is_err());
    }

    /// An earlier release must not delete what was collected since.
    #[test]
    fn what_narrows_an_erasure_is_of_a_format_that_an_earlier_release_does_not_read() {
        let key = DataKey::generate(Uuid::from_u128(1));
        let before = Some(DateTime::UNIX_EPOCH);
        let usage = Usage { project_id: "house".to_owned(), distinct_id: "acc_1".to_owned(), before };
        let entry = Entry::of("req_1", &Step::UsageAgain(usage, 1), DateTime::UNIX_EPOCH);
        let sealed = entry.seal("one", &key).unwrap();
        assert!(sealed.contains("\"format\":2"), "{sealed}");
        assert_eq!(Entry::open(sealed.as_bytes(), "one", |_| Some(&key)).unwrap(), entry);
    }

    #[test]
    fn an_entry_of_format_1_reads_for_ever() {
        let frozen = r#"{"cause":"req_1","step":"key/00000000-0000-0000-0000-000000000007","at":"1970-01-01T00:00:00Z",
            "keys":[{"id":"00000000-0000-0000-0000-000000000007","subject":"acc_1","scope":"activity","fingerprint":"f00d"}]}"#;
        assert_eq!(serde_json::from_str::<Entry>(frozen).unwrap(), entry());
        let frozen = r#"{"cause":"req_1","step":"usage","at":"1970-01-01T00:00:00Z",
            "usage":{"project_id":"house","distinct_id":"acc_1"}}"#;
        let usage = Usage { project_id: "house".to_owned(), distinct_id: "acc_1".to_owned(), before: None };
        let expected = Entry::of("req_1", &Step::Usage(usage, 0), DateTime::UNIX_EPOCH);
        assert_eq!(serde_json::from_str::<Entry>(frozen).unwrap(), expected);
    }

    #[test]
    fn names_sort_by_time() {
        let at = |text: &str| Entry::name(text.parse().unwrap(), Uuid::from_u128(1));
        let names = [
            at("2026-11-24T09:59:59.9Z"),
            at("2026-11-24T10:00:00Z"),
            at("2026-11-24T10:00:00.000001Z"),
            at("2026-11-25T00:00:00Z"),
        ];
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(names[1], "ledger/erasures/2026-11-24/100000.000000-00000000-0000-0000-0000-000000000001");
        assert!(day("2026-11-24").is_some() && day("else").is_none());
    }
}
