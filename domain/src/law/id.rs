//! The names of laws.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The name under which a law is stored and asked for: `gdpr`, `us_va`.
///
/// It is checked where it comes in ([`FromStr`](std::str::FromStr)), not where it is read back: a stored request keeps its law
/// even if the table has it no more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LawId(Cow<'static, str>);

impl LawId {
    /// Regulation (EU) 2016/679.
    pub const GDPR: Self = Self(Cow::Borrowed("gdpr"));
    /// The California Consumer Privacy Act.
    pub const CCPA: Self = Self(Cow::Borrowed("ccpa"));

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is made as names are: 2 to 32 lower-case letters, digits and underscores, a letter first.
    pub(super) fn is_well_formed(&self) -> bool {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        (2..=32).contains(&self.0.len())
            && self.0.starts_with(|c: char| c.is_ascii_lowercase())
            && self.0.bytes().all(plain)
    }
}

impl Default for LawId {
    /// The GDPR, under which a request is made that names no law.
    fn default() -> Self {
        Self::GDPR
    }
}

impl std::str::FromStr for LawId {
    type Err = MalformedLawId;

    fn from_str(text: &str) -> Result<Self, MalformedLawId> {
        let id = Self(Cow::Owned(text.to_owned()));
        if id.is_well_formed() { Ok(id) } else { Err(MalformedLawId) }
    }
}

impl std::fmt::Display for LawId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no name of a law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a law is named by 2 to 32 lower-case letters, digits and underscores, a letter first, as in us_va")]
pub struct MalformedLawId;
