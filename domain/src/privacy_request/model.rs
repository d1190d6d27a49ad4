//! The terms in which a privacy request is told.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::law::{Law, LawId, LawVersion, Laws};
use crate::notice::Notice;
use crate::{AccountId, RequestId, Undeliverable};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Access and portability (GDPR Art. 15 and 20).
    Export,
    /// The right to be forgotten, for what was collected about use (GDPR Art. 17).
    Erasure,
}

impl Kind {
    /// The name under which the kind is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Erasure => "erasure",
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Export => "An export of the data",
            Self::Erasure => "An erasure of the usage data",
        }
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Received; starts at once.
    Received,
    /// Received; can be cancelled until it starts.
    CoolingOff,
    /// The data sources are at work.
    Running,
    /// Every source has answered; the archive is being built.
    Packaging,
    /// Every source has erased what it held, and is read again: something may be left.
    Verifying,
    /// Done.
    Completed,
    /// Done, and the archive can no longer be had.
    Expired,
    /// Cancelled by the holder.
    Cancelled,
}

impl State {
    /// Those of a request that waits for its answer, in the order in which it comes to them.
    pub const OPEN: [Self; 5] =
        [Self::Received, Self::CoolingOff, Self::Running, Self::Packaging, Self::Verifying];
    /// Those of a request that was answered or cancelled.
    pub const CLOSED: [Self; 3] = [Self::Completed, Self::Expired, Self::Cancelled];

    /// The name under which the state is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::CoolingOff => "cooling_off",
            Self::Running => "running",
            Self::Packaging => "packaging",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the person has had their answer.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Completed | Self::Expired | Self::Cancelled)
    }
}

/// The name of a data source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceName(String);

impl SourceName {
    /// The account itself: profile, settings, history, consent records; for an erasure the key of all
    /// that was collected about its use.
    pub const ACCOUNT: &str = "account";
    /// The usage store.
    pub const USAGE: &str = "usage";
    /// Archives of earlier exports: to be withdrawn when what they hold was erased.
    pub const ARCHIVES: &str = "archives";

    /// The source called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SourceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file that a source handed over, sealed in the object store until it is packaged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its path inside the archive.
    pub name: String,
    /// What it holds, in plain words.
    pub title: String,
    /// Where the sealed bytes lie.
    pub object: String,
    /// Size in bytes, unsealed.
    pub bytes: u64,
    /// SHA-256 of the unsealed bytes, in hexadecimal.
    pub sha256: String,
    /// How many records it holds, where it is a list.
    pub records: Option<u64>,
    /// Says again, in another form, what another file of the source holds: its records count once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restates: bool,
}

/// Why an archive cannot be had any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveEnd {
    /// Its time was over.
    Expired,
    /// The holder disabled the link.
    Disabled,
    /// The data in it was erased.
    Erased,
}

impl ArchiveEnd {
    /// The name under which the end is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Disabled => "disabled",
            Self::Erased => "erased",
        }
    }
}

/// What one source has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceProgress {
    /// It has answered.
    pub done: bool,
    /// Records handled so far.
    pub records: u64,
    /// How often it failed.
    pub attempts: u32,
    /// When it is asked again.
    pub retry_at: Option<DateTime<Utc>>,
    /// What it handed over.
    pub files: Vec<SourceFile>,
    /// What it erased, by count.
    pub counts: BTreeMap<String, u64>,
    /// When it had first erased all it held: what a reading looks for was there until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<DateTime<Utc>>,
    /// How many readings after the erasure found nothing left.
    #[serde(default)]
    pub readings: u32,
    /// How often a reading found something left.
    #[serde(default)]
    pub found_again: u32,
}

/// The archive of a completed export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// Where the sealed bytes lie.
    pub object: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Until when it can be fetched.
    pub expires_at: DateTime<Utc>,
    /// When all of it was last fetched.
    pub downloaded_at: Option<DateTime<Utc>>,
    /// Why it cannot be had any longer, if so.
    pub ended: Option<ArchiveEnd>,
}

/// A received request and everything that has happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub request_id: RequestId,
    /// The account that asked, and that the request is about.
    pub account_id: AccountId,
    /// Export or erasure.
    pub kind: Kind,
    /// Under which law.
    pub regulation: LawId,
    /// In which version of it; the first, where none is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law_version: Option<LawVersion>,
    /// Where it stands.
    pub state: State,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// By when it must be answered.
    pub due_at: DateTime<Utc>,
    /// When it may start.
    pub starts_at: DateTime<Utc>,
    /// When the sources had last answered, or work began.
    pub moved_at: DateTime<Utc>,
    /// When it was completed or cancelled.
    pub closed_at: Option<DateTime<Utc>>,
    /// The data sources, in stages.
    pub stages: Vec<Vec<SourceName>>,
    /// After how many seconds from completion each source of an erasure is read again.
    #[serde(default)]
    pub later_readings: Vec<u64>,
    /// What each source has done.
    pub sources: BTreeMap<SourceName, SourceProgress>,
    /// The keys under which the data lay that was collected.
    pub collected_under: Vec<Uuid>,
    /// The archive, once packaged.
    pub archive: Option<Archive>,
    /// The notices that went out, and those that never will.
    pub notices: Vec<Notice>,
    /// Those that never will, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub undeliverable: BTreeMap<Notice, Undeliverable>,
    /// Why the work is stalled, until it moves again.
    #[serde(default)]
    pub stalled: Option<String>,
    /// The collected parts are gone.
    pub parts_removed: bool,
    /// All that was stored for the request is gone.
    pub objects_removed: bool,
}

impl Request {
    /// Until when it can be cancelled: an erasure until it starts. `None` for an export, which can be
    /// cancelled until it is packaged.
    pub fn cancellable_until(&self) -> Option<DateTime<Utc>> {
        (self.kind == Kind::Erasure).then_some(self.starts_at)
    }

    /// Whether every source has answered.
    pub fn all_sources_done(&self) -> bool {
        self.sources.values().all(|source| source.done)
    }

    /// The stage at work: the first that has not wholly answered. `None` once all have.
    pub fn stage_at_work(&self) -> Option<&[SourceName]> {
        self.stages.iter().find(|stage| stage.iter().any(|name| self.awaits(name))).map(Vec::as_slice)
    }

    /// Whether the source has yet to answer.
    pub fn awaits(&self, name: &SourceName) -> bool {
        self.sources.get(name).is_some_and(|source| !source.done)
    }

    /// The law it is made under, as it stood when it was received; `None` if the table has it no more.
    pub fn law<'a>(&self, laws: &'a Laws) -> Option<&'a Law> {
        laws.version(&self.regulation, self.law_version.unwrap_or(1))
    }

    /// The notices that went out.
    pub fn notices_sent(&self) -> impl Iterator<Item = Notice> {
        self.notices.iter().copied().filter(|notice| !self.undeliverable.contains_key(notice))
    }

    /// The archive, while it can be fetched at `now`.
    pub fn archive_available(&self, now: DateTime<Utc>) -> Option<&Archive> {
        self.archive.as_ref().filter(|archive| archive.ended.is_none() && now < archive.expires_at)
    }

    /// The files of all sources, in the order of their names.
    pub fn files(&self) -> impl Iterator<Item = (&SourceName, &SourceFile)> {
        self.sources.iter().flat_map(|(name, source)| source.files.iter().map(move |file| (name, file)))
    }
}
