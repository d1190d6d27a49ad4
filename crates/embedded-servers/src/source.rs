//! Where servers come from.

use std::fmt;
use std::str::FromStr;

/// Where the servers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerSource {
    /// The system's when they are there and new enough, otherwise fetched ones.
    #[default]
    Auto,
    /// The system's only; nothing is ever fetched.
    System,
    /// Fetched ones only, of the pinned versions.
    Download,
}

/// A text that is none of `auto`, `system` and `download`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a source of servers; it is one of auto, system and download")]
pub struct UnknownSource(String);

impl FromStr for ServerSource {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "system" => Ok(Self::System),
            "download" => Ok(Self::Download),
            other => Err(UnknownSource(other.to_owned())),
        }
    }
}

impl fmt::Display for ServerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::System => "system",
            Self::Download => "download",
        })
    }
}
