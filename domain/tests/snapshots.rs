//! The written form of each aggregate, frozen: whoever changes it raises its `SCHEMA_VERSION`, so that
//! snapshots of the old form are passed over.

// Clippy lets tests unwrap, but does not count what stands beside them in an integration test.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use cqrs_es::Aggregate;
use domain::Snapshot;
use domain::account::Account;
use domain::privacy_request::PrivacyRequest;
use serde_json::Value;

/// Folds the golden events of an aggregate, in the order of `events`.
fn folded<A: Aggregate>(events: &[&str]) -> A {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut aggregate = A::default();
    for event in events {
        let text = fs::read_to_string(folder.join(format!("{}.{event}.v1.json", A::TYPE))).unwrap();
        aggregate.apply(serde_json::from_str(&text).unwrap());
    }
    aggregate
}

fn assert_frozen<A: Aggregate + Snapshot>(aggregate: &A) {
    let name = format!("{}.v{}.json", A::TYPE, A::SCHEMA_VERSION);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(&name);
    let written = serde_json::to_value(aggregate).unwrap();
    let frozen: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default())
        .unwrap_or_else(|_| panic!("{name} is missing; it should hold:\n{written:#}"));
    assert_eq!(written, frozen, "the form of {} has changed: raise its SCHEMA_VERSION", A::TYPE);
    let read: A = serde_json::from_value(frozen).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), written);
}

#[test]
fn the_written_form_of_an_account_is_frozen() {
    assert_frozen(&folded::<Account>(&["registered", "preferences_changed"]));
}

#[test]
fn the_written_form_of_a_privacy_request_is_frozen() {
    let life = [
        "received",
        "started",
        "source_progressed",
        "source_exported",
        "source_failed",
        "packaged",
        "completed",
        "notice_sent",
    ];
    assert_frozen(&folded::<PrivacyRequest>(&life));
}
