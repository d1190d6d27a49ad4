//! Names of entries in an archive.
//!
//! Why a type: a name such as `../../.bashrc` makes some unpackers write outside their folder (CWE-22),
//! and a name two systems read differently is lost on one of them. What always holds: a value of
//! [`EntryName`] is a relative path of plain ASCII that means the same everywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest name, in bytes: what the strictest file systems take for a whole path.
const MAX_LENGTH: usize = 240;

/// A relative path inside an archive: `[a-z0-9_.-]` in parts divided by `/`, no part empty or beginning
/// with a dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryName(String);

/// A text that is no name for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a relative path of a-z, 0-9, '_', '.' and '-', of at most {MAX_LENGTH} bytes")]
pub struct InvalidEntryName;

impl EntryName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EntryName {
    type Err = InvalidEntryName;

    fn from_str(text: &str) -> Result<Self, InvalidEntryName> {
        let good = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte))
        };
        if text.len() <= MAX_LENGTH && text.split('/').all(good) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEntryName)
        }
    }
}

impl TryFrom<String> for EntryName {
    type Error = InvalidEntryName;

    fn try_from(text: String) -> Result<Self, InvalidEntryName> {
        text.parse()
    }
}

impl From<EntryName> for String {
    fn from(name: EntryName) -> Self {
        name.0
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_are_names() {
        for good in ["index.html", "usage/events-1.json", "a_b/c.d/0"] {
            assert_eq!(good.parse::<EntryName>().unwrap().as_str(), good);
        }
        let long = "a".repeat(MAX_LENGTH + 1);
        for bad in [
            "",
            "/etc/passwd",
            "a/",
            "a//b",
            "..",
            "a/../b",
            ".hidden",
            "a/.b",
            "C:/x",
            "a\\b",
            "A",
            "ä",
            "a b",
            "a\n",
            "a\0",
            &long,
        ] {
            assert_eq!(bad.parse::<EntryName>(), Err(InvalidEntryName), "{bad:?}");
        }
        assert!(serde_json::from_str::<EntryName>("\"../x\"").is_err());
    }
}
