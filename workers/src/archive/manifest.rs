//! The manifest of an archive: what is in it, by count and sum, for a machine to check.
//!
//! Why beside `index.html`: GDPR Art. 20(1) wants a structured, machine-readable form, and a receiver must
//! be able to see that nothing is missing. What always holds: sums and sizes are those the
//! [`Writer`](super::Writer) counted. A crash leaves nothing: this is a value.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::privacy_request::{Regulation, SourceName};
use domain::{AccountId, RequestId};
use serde::{Deserialize, Serialize};

use super::{Entry, EntryName};

/// Version of the manifest's form. A field may be added without a new one.
const FORMAT: u32 = 1;

/// What an archive holds. Written into it as `manifest.json`, which is not listed in itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this form, at present 1.
    pub format: u32,
    /// The request that is answered.
    pub request_id: RequestId,
    /// Whose data it is.
    pub account_id: AccountId,
    /// When the archive was packaged.
    pub generated_at: DateTime<Utc>,
    /// The law the request was made under.
    pub regulation: Regulation,
    /// The files, in the order in which they stand in the archive.
    pub files: Vec<File>,
}

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its path in the archive.
    pub name: EntryName,
    /// What it holds, in plain words.
    pub title: String,
    /// The data source it comes from.
    pub source: SourceName,
    /// How many records it holds, where it is a list.
    pub records: Option<u64>,
    /// Its size in bytes, unpacked.
    pub bytes: u64,
    /// SHA-256 of its content in lower-case hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The manifest of an archive without files so far.
    pub fn new(
        request_id: RequestId,
        account_id: AccountId,
        generated_at: DateTime<Utc>,
        regulation: Regulation,
    ) -> Self {
        Self { format: FORMAT, request_id, account_id, generated_at, regulation, files: Vec::new() }
    }

    /// Lists a file that was written.
    pub fn add(&mut self, entry: Entry, title: String, source: SourceName, records: Option<u64>) {
        let Entry { name, bytes, sha256 } = entry;
        self.files.push(File { name, title, source, records, bytes, sha256 });
    }

    /// The content of `manifest.json`.
    ///
    /// # Errors
    /// None in practice: every field has a form in JSON.
    pub fn to_json(&self) -> serde_json::Result<Bytes> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json.into())
    }
}
