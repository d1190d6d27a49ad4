//! JSON Schemas (draft 2020-12) that stand beside the data: what each member of a record means.
//!
//! What always holds: they are made from the types that are written, so they cannot say anything else. Of a list each line is
//! described. A crash leaves nothing: these are values.

use bytes::Bytes;
use event_store::usage::UsageEvent;
use projections::EventView;
use schemars::Schema;
use schemars::generate::SchemaSettings;

use super::{EntryName, Manifest};
use crate::privacy_requests::sources::account::{history, profile, request, team};

/// A file of records, and what describes them.
type Described = (&'static str, fn() -> Schema);

const DESCRIBED: [Described; 9] = [
    ("account/profile.json", of::<profile::Profile>),
    ("account/sessions.ndjson", of::<profile::Session>),
    ("account/organizations.ndjson", of::<team::Organization>),
    ("account/projects.ndjson", of::<team::Project>),
    ("account/requests.ndjson", of::<request::PrivacyRequest>),
    ("account/consents.ndjson", of::<history::Consent>),
    ("account/history.ndjson", of::<EventView>),
    ("usage/events.ndjson", of::<UsageEvent>),
    (MANIFEST, of::<Manifest>),
];

/// The manifest's own name.
pub(crate) const MANIFEST: &str = "manifest.json";

fn of<T: schemars::JsonSchema>() -> Schema {
    // As records are written: a member that may be null is there all the same.
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// Where the schema of a file stands in the archive; none of a file that has none, such as a table.
pub(crate) fn name_of(file: &str) -> Option<EntryName> {
    DESCRIBED.iter().find(|(described, _)| *described == file)?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("schemas/{}.json", stem.replace('/', "-")).parse().ok()
}

/// The schema of a file.
pub(crate) fn content_of(file: &str) -> Option<Bytes> {
    let (_, schema) = DESCRIBED.iter().find(|(described, _)| *described == file)?;
    let mut json = serde_json::to_vec_pretty(&schema()).ok()?;
    json.push(b'\n');
    Some(json.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_schema_has_a_name_of_its_own_and_says_what_each_member_means() {
        let mut names = std::collections::BTreeSet::new();
        for (file, _) in DESCRIBED {
            assert!(names.insert(name_of(file).unwrap()), "{file}");
            let schema: Value = serde_json::from_slice(&content_of(file).unwrap()).unwrap();
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{file}");
            let members = schema["properties"].as_object().unwrap();
            assert!(!members.is_empty(), "{file}");
            for (name, member) in members {
                assert!(member["description"].is_string(), "{file}: {name}");
            }
        }
        assert_eq!(name_of("account/history.csv"), None);
    }
}
