//! The manifest of an archive: what is in it, by count and sum, for a machine to check.
//!
//! Why beside `index.html`: GDPR Art. 20(1) wants a structured, machine-readable form, and a receiver must
//! be able to see that nothing is missing. What always holds: sums and sizes are those the
//! [`Writer`](super::Writer) counted. A crash leaves nothing: this is a value.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::law::LawId;
use domain::privacy_request::SourceName;
use domain::{AccountId, RequestId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Entry, EntryName, schema};

/// Version of the manifest's form. A field may be added without a new one.
const FORMAT: u32 = 1;

/// What an archive holds. Written into it as `manifest.json`, which is not listed in itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Version of this form, at present 1.
    pub format: u32,
    /// The request that is answered.
    #[schemars(with = "String")]
    pub request_id: RequestId,
    /// Whose data it is.
    #[schemars(with = "String")]
    pub account_id: AccountId,
    /// When the archive was packaged.
    pub generated_at: DateTime<Utc>,
    /// The law the request was made under.
    #[schemars(with = "String")]
    pub regulation: LawId,
    /// The files, in the order in which they stand in the archive.
    pub files: Vec<File>,
}

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// Its path in the archive.
    #[schemars(with = "String")]
    pub name: EntryName,
    /// What it holds, in plain words.
    pub title: String,
    /// The data source it comes from.
    #[schemars(with = "String")]
    pub source: SourceName,
    /// How many records it holds, where it is a list.
    pub records: Option<u64>,
    /// Its size in bytes, unpacked.
    pub bytes: u64,
    /// SHA-256 of its content in lower-case hexadecimal.
    pub sha256: String,
    /// The JSON Schema of its records, in the same archive; none of a table, which restates what another file holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub schema: Option<EntryName>,
}

impl Manifest {
    /// The manifest of an archive without files so far.
    pub fn new(
        request_id: RequestId,
        account_id: AccountId,
        generated_at: DateTime<Utc>,
        regulation: LawId,
    ) -> Self {
        Self { format: FORMAT, request_id, account_id, generated_at, regulation, files: Vec::new() }
    }

    /// Lists a file that was written.
    pub fn add(&mut self, entry: Entry, title: String, source: SourceName, records: Option<u64>) {
        let Entry { name, bytes, sha256 } = entry;
        let schema = schema::name_of(name.as_str());
        self.files.push(File { name, title, source, records, bytes, sha256, schema });
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
