//! What happened to a privacy request. Stored for ever, and without personal data: what was
//! collected lies in sealed objects, of which only places, sizes and sums stand here.

// A new event must be thought of here: the compiler says so.
#![warn(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ArchiveEnd, Kind, Notice, SourceFile, SourceName};
use crate::effect::ClaimKind;
use crate::law::{LawId, LawVersion};
use crate::sentence::{Sentence, count, date, instant};
use crate::{AccountId, Effect, Effects, RequestId, Undeliverable};

/// Something that happened to a privacy request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PrivacyRequestEvent {
    /// The holder asked, and was told "request received".
    Received {
        /// Its id.
        request_id: RequestId,
        /// The account that asked, and that the request is about.
        account_id: AccountId,
        /// Export or erasure.
        kind: Kind,
        /// Under which law.
        regulation: LawId,
        /// In which version of it. Earlier releases knew but one of each, the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        law_version: Option<LawVersion>,
        /// When: the clock runs from here.
        received_at: DateTime<Utc>,
        /// By when it must be answered.
        due_at: DateTime<Utc>,
        /// When it may start; until then an erasure can be cancelled.
        starts_at: DateTime<Utc>,
        /// The data sources, in stages.
        stages: Vec<Vec<SourceName>>,
        /// After how many seconds from completion each source of an erasure is read again. Earlier releases promised none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        later_readings: Vec<u64>,
    },
    /// Work began.
    Started {
        /// When.
        at: DateTime<Utc>,
    },
    /// A source is under way.
    SourceProgressed {
        /// Which.
        source: SourceName,
        /// Records handled so far.
        records: u64,
    },
    /// A source handed over all it holds.
    SourceExported {
        /// Which.
        source: SourceName,
        /// What it handed over.
        files: Vec<SourceFile>,
        /// The keys under which the subject's data lay when collection began.
        collected_under: Vec<Uuid>,
        /// When.
        at: DateTime<Utc>,
    },
    /// A source erased all it held.
    SourceErased {
        /// Which.
        source: SourceName,
        /// What, by count.
        counts: BTreeMap<String, u64>,
        /// Fingerprints of the keys destroyed.
        destroyed_keys: Vec<String>,
        /// When.
        at: DateTime<Utc>,
    },
    /// A source was read again after the erasure, and nothing was left.
    SourceVerified {
        /// Which.
        source: SourceName,
        /// Which reading of it, from 0: the first is before completion.
        reading: u32,
        /// When.
        at: DateTime<Utc>,
    },
    /// A source was read again after the erasure, and something was there: it is erased again.
    SourceFoundAgain {
        /// Which.
        source: SourceName,
        /// Which reading of it, from 0: the first is before completion.
        reading: u32,
        /// What, by count.
        counts: BTreeMap<String, u64>,
        /// From when it is erased again.
        retry_at: DateTime<Utc>,
        /// When.
        at: DateTime<Utc>,
    },
    /// A source could not do its part and is asked again later.
    SourceFailed {
        /// Which.
        source: SourceName,
        /// How often it has failed by now.
        attempts: u32,
        /// Why.
        reason: String,
        /// When it is asked again.
        retry_at: DateTime<Utc>,
    },
    /// What was collected was erased before it could be packaged; it is collected anew.
    CollectionRestarted {
        /// When.
        at: DateTime<Utc>,
    },
    /// The archive is whole.
    Packaged {
        /// Where it lies.
        object: String,
        /// Its size in bytes.
        bytes: u64,
        /// SHA-256 of it, in hexadecimal.
        sha256: String,
        /// Until when it can be fetched.
        expires_at: DateTime<Utc>,
    },
    /// Every source has answered: the request is done.
    Completed {
        /// Whose.
        account_id: AccountId,
        /// Export or erasure.
        kind: Kind,
        /// When.
        at: DateTime<Utc>,
    },
    /// A notice went out.
    NoticeSent {
        /// Which.
        notice: Notice,
        /// The Message-ID it bore (RFC 5322, section 3.6.4).
        message_id: String,
    },
    /// A notice did not go out, and will not.
    NoticeUndeliverable {
        /// Which.
        notice: Notice,
        /// Why. Earlier releases recorded none: with them it was that the account had ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Undeliverable>,
    },
    /// The holder cancelled.
    Cancelled {
        /// Whose.
        account_id: AccountId,
        /// Export or erasure.
        kind: Kind,
        /// When.
        at: DateTime<Utc>,
    },
    /// The holder fetches the archive, or has fetched it.
    ArchiveDownloaded {
        /// When.
        at: DateTime<Utc>,
        /// Whether all of it has been handed over. Before this was told of, a download that began counted as one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        whole: Option<bool>,
    },
    /// The archive cannot be had any longer.
    ArchiveEnded {
        /// Why.
        reason: ArchiveEnd,
        /// When.
        at: DateTime<Utc>,
    },
    /// A step failed again and again. It goes on being tried, and an operator should look.
    Stalled {
        /// Why.
        reason: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// The collected parts were removed: the archive holds them.
    PartsRemoved {},
    /// All that was stored for the request was removed, and its key destroyed.
    ObjectsRemoved {},
}

impl DomainEvent for PrivacyRequestEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Received { .. } => "privacy_request.received",
            Self::Started { .. } => "privacy_request.started",
            Self::SourceProgressed { .. } => "privacy_request.source_progressed",
            Self::SourceExported { .. } => "privacy_request.source_exported",
            Self::SourceErased { .. } => "privacy_request.source_erased",
            Self::SourceVerified { .. } => "privacy_request.source_verified",
            Self::SourceFoundAgain { .. } => "privacy_request.source_found_again",
            Self::SourceFailed { .. } => "privacy_request.source_failed",
            Self::CollectionRestarted { .. } => "privacy_request.collection_restarted",
            Self::Packaged { .. } => "privacy_request.packaged",
            Self::Completed { .. } => "privacy_request.completed",
            Self::NoticeSent { .. } => "privacy_request.notice_sent",
            Self::NoticeUndeliverable { .. } => "privacy_request.notice_undeliverable",
            Self::Cancelled { .. } => "privacy_request.cancelled",
            Self::ArchiveDownloaded { .. } => "privacy_request.archive_downloaded",
            Self::ArchiveEnded { .. } => "privacy_request.archive_ended",
            Self::Stalled { .. } => "privacy_request.stalled",
            Self::PartsRemoved {} => "privacy_request.parts_removed",
            Self::ObjectsRemoved {} => "privacy_request.objects_removed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// The name of which there is one for each open request of a kind.
pub fn open_request_name(account_id: AccountId, kind: Kind) -> String {
    format!("{account_id}/{}", kind.as_str())
}

impl Effects for PrivacyRequestEvent {
    fn effects(&self) -> Vec<Effect> {
        match self {
            Self::Received { account_id, kind, .. } => vec![Effect::Claim {
                kind: ClaimKind::OpenRequest,
                name: open_request_name(*account_id, *kind),
            }],
            Self::Completed { account_id, kind, .. } | Self::Cancelled { account_id, kind, .. } => {
                vec![Effect::Release {
                    kind: ClaimKind::OpenRequest,
                    name: open_request_name(*account_id, *kind),
                }]
            }
            Self::Started { .. }
            | Self::SourceProgressed { .. }
            | Self::SourceExported { .. }
            | Self::SourceErased { .. }
            | Self::SourceVerified { .. }
            | Self::SourceFoundAgain { .. }
            | Self::SourceFailed { .. }
            | Self::CollectionRestarted { .. }
            | Self::Packaged { .. }
            | Self::NoticeSent { .. }
            | Self::NoticeUndeliverable { .. }
            | Self::ArchiveDownloaded { .. }
            | Self::ArchiveEnded { .. }
            | Self::Stalled { .. }
            | Self::PartsRemoved {}
            | Self::ObjectsRemoved {} => Vec::new(),
        }
    }

    fn notices(&self) -> Vec<Notice> {
        match self {
            Self::Received { .. } => vec![Notice::Received],
            Self::Completed { kind: Kind::Export, .. } => vec![Notice::ArchiveReady],
            Self::Completed { kind: Kind::Erasure, .. } => vec![Notice::Erased],
            Self::Cancelled { .. } => vec![Notice::Cancelled],
            Self::Started { .. }
            | Self::SourceProgressed { .. }
            | Self::SourceExported { .. }
            | Self::SourceErased { .. }
            | Self::SourceVerified { .. }
            | Self::SourceFoundAgain { .. }
            | Self::SourceFailed { .. }
            | Self::CollectionRestarted { .. }
            | Self::Packaged { .. }
            | Self::NoticeSent { .. }
            | Self::NoticeUndeliverable { .. }
            | Self::ArchiveDownloaded { .. }
            | Self::ArchiveEnded { .. }
            | Self::Stalled { .. }
            | Self::PartsRemoved {}
            | Self::ObjectsRemoved {} => Vec::new(),
        }
    }
}

impl Sentence for PrivacyRequestEvent {
    fn sentence(&self) -> String {
        match self {
            Self::Received { kind, due_at, .. } => {
                format!("{} was requested, due by {}", kind.in_words(), date(*due_at))
            }
            Self::Started { .. } => "Work on the request began".to_owned(),
            Self::SourceProgressed { source, records } => {
                format!("Source {source} has handled {} so far", count(*records, "record"))
            }
            Self::SourceExported { source, files, .. } => {
                format!("Source {source} handed over its data in {}", count(files.len() as u64, "file"))
            }
            Self::SourceErased { source, counts, .. } => {
                format!("Source {source} erased {}", count(counts.values().sum(), "record"))
            }
            Self::SourceVerified { source, .. } => {
                format!("Source {source} was read again, and nothing was left")
            }
            Self::SourceFoundAgain { source, counts, retry_at, .. } => format!(
                "Source {source} was read again and still held {}: it is asked again on {}",
                count(counts.values().sum(), "record"),
                instant(*retry_at)
            ),
            Self::SourceFailed { source, attempts, retry_at, .. } => format!(
                "Source {source} failed (attempt {attempts}) and is asked again on {}",
                instant(*retry_at)
            ),
            Self::CollectionRestarted { .. } => {
                "What was collected was erased meanwhile, so it is collected again".to_owned()
            }
            Self::Packaged { bytes, .. } => format!("The archive was packaged ({})", count(*bytes, "byte")),
            Self::Completed { kind, .. } => format!("{} was completed", kind.in_words()),
            Self::NoticeSent { notice, .. } => format!("A notice went out by mail: {}", notice.in_words()),
            Self::NoticeUndeliverable { notice, reason } => {
                let reason = reason.unwrap_or(Undeliverable::AccountEnded).in_words();
                format!("A notice could not be sent, since {reason}: {}", notice.in_words())
            }
            Self::Cancelled { kind, .. } => format!("{} was cancelled", kind.in_words()),
            Self::ArchiveDownloaded { whole: Some(false), .. } => {
                "A download of the archive began".to_owned()
            }
            Self::ArchiveDownloaded { .. } => "The archive was downloaded".to_owned(),
            Self::ArchiveEnded { reason, .. } => match reason {
                ArchiveEnd::Expired => "The archive expired".to_owned(),
                ArchiveEnd::Disabled => "The archive link was disabled".to_owned(),
                ArchiveEnd::Erased => "The archive was withdrawn because its data was erased".to_owned(),
            },
            Self::Stalled { reason, .. } => format!("Work on the request is stalled: {reason}"),
            Self::PartsRemoved {} => "The collected parts were removed".to_owned(),
            Self::ObjectsRemoved {} => "All files of the request were removed".to_owned(),
        }
    }
}
