//! The mails about a privacy request.

use serde::{Deserialize, Serialize};

/// A mail about a privacy request (GDPR Art. 12(3) and (4): the person is told).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The request was received, and is due by a date.
    Received,
    /// The archive can be fetched.
    ArchiveReady,
    /// The archive expires soon and was not fetched.
    ArchiveExpiring,
    /// What was erased, by count.
    Erased,
    /// The request was cancelled.
    Cancelled,
}

impl Notice {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Received, Self::ArchiveReady, Self::ArchiveExpiring, Self::Erased, Self::Cancelled];

    /// The name under which the notice is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::ArchiveReady => "archive_ready",
            Self::ArchiveExpiring => "archive_expiring",
            Self::Erased => "erased",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Received => "the request was received",
            Self::ArchiveReady => "the archive is ready",
            Self::ArchiveExpiring => "the archive expires soon",
            Self::Erased => "the data was erased",
            Self::Cancelled => "the request was cancelled",
        }
    }
}
