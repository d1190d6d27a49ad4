//! What can be asked of a privacy request.

use std::collections::BTreeMap;

use chrono::Duration;
use uuid::Uuid;

use super::{ArchiveEnd, Kind, Notice, SourceFile, SourceName};
use crate::law::{LawId, Laws, Place};
use crate::{AccountId, RequestId, Undeliverable};

/// What an account holder asks, and the rules it is received under.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// The id it shall have.
    pub request_id: RequestId,
    /// The account that asks, and that the request is about.
    pub account_id: AccountId,
    /// Export or erasure.
    pub kind: Kind,
    /// Under which law.
    pub regulation: LawId,
    /// How long an erasure can still be cancelled before it starts.
    pub cooling_off: Duration,
    /// The data sources, in stages: a stage begins when the one before it has answered.
    pub stages: Vec<Vec<SourceName>>,
    /// What the laws demand.
    pub laws: Laws,
    /// Where the controller is: its days and holidays count.
    pub place: Place,
    /// How long after the completion of an erasure each source is read again, to see that nothing has come back.
    pub later_readings: Vec<Duration>,
}

/// A wish concerning a privacy request, or a report of what was done about it.
#[derive(Clone, Debug)]
pub enum PrivacyRequestCommand {
    /// The account holder asks.
    Receive(NewRequest),
    /// Its time has come.
    Start,
    /// A source is under way.
    RecordProgress {
        /// Which.
        source: SourceName,
        /// Records handled so far.
        records: u64,
    },
    /// A source has handed over all it holds.
    RecordExported {
        /// Which.
        source: SourceName,
        /// What it handed over.
        files: Vec<SourceFile>,
        /// The keys under which the subject's data lay when collection began.
        collected_under: Vec<Uuid>,
    },
    /// A source has erased all it held.
    RecordErased {
        /// Which.
        source: SourceName,
        /// What, by count.
        counts: BTreeMap<String, u64>,
        /// Fingerprints of the keys destroyed.
        destroyed_keys: Vec<String>,
    },
    /// A source of an erasure was read again, and nothing was left.
    RecordVerified {
        /// Which.
        source: SourceName,
        /// Which reading of it, from 0.
        reading: u32,
    },
    /// A source of an erasure was read again, and something was there.
    RecordFoundAgain {
        /// Which.
        source: SourceName,
        /// Which reading of it, from 0.
        reading: u32,
        /// What, by count.
        counts: BTreeMap<String, u64>,
    },
    /// A source could not do its part this time.
    RecordSourceFailure {
        /// Which.
        source: SourceName,
        /// Why, without personal data.
        reason: String,
    },
    /// What was collected was erased before it could be packaged.
    RestartCollection,
    /// The archive is whole and in its place.
    RecordPackaged {
        /// Where.
        object: String,
        /// Its size in bytes.
        bytes: u64,
        /// SHA-256 of it, in hexadecimal.
        sha256: String,
    },
    /// Every source of an erasure has answered.
    Complete,
    /// A notice went out.
    RecordNotice {
        /// Which.
        notice: Notice,
        /// The Message-ID it bore.
        message_id: String,
    },
    /// A notice did not go out, and will not.
    RecordUndeliverable {
        /// Which.
        notice: Notice,
        /// Why.
        reason: Undeliverable,
    },
    /// The holder changed their mind.
    Cancel,
    /// The holder fetches the archive, or has fetched it.
    RecordDownload {
        /// Whether all of it has been handed over.
        whole: bool,
    },
    /// The archive shall not be had any longer.
    EndArchive {
        /// Why.
        reason: ArchiveEnd,
    },
    /// A step failed again and again: an operator should look.
    RecordStall {
        /// Why, without personal data.
        reason: String,
    },
    /// The collected parts are no longer needed and were removed.
    RecordPartsRemoved,
    /// All that was stored for the request was removed.
    RecordObjectsRemoved,
}
