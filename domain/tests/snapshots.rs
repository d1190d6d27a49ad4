//! The written form of each aggregate, frozen: a change of it raises its `SCHEMA_VERSION`, so that
//! snapshots of the old form are passed over.

// Clippy lets tests unwrap, but does not count what stands beside them in an integration test.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use cqrs_es::Aggregate;
use domain::Snapshot;
use domain::account::Account;
use domain::operator::Operator;
use domain::organization::Organization;
use domain::privacy_request::PrivacyRequest;
use domain::project::Project;
use serde_json::Value;

/// Folds the golden events of an aggregate, in the order of `events`: each is named as its file, or, where that is
/// of the first version and no special case, by its type alone.
fn folded<A: Aggregate>(events: &[&str]) -> A {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut aggregate = A::default();
    for event in events {
        let version = if event.contains(".v") { "" } else { ".v1" };
        let text = fs::read_to_string(folder.join(format!("{}.{event}{version}.json", A::TYPE))).unwrap();
        aggregate.apply(serde_json::from_str(&text).unwrap());
    }
    aggregate
}

fn assert_frozen<A: Aggregate + Snapshot>(aggregate: &A) {
    assert_frozen_as(aggregate, "");
}

/// As [`assert_frozen`], where one aggregate does not show the whole form.
fn assert_frozen_as<A: Aggregate + Snapshot>(aggregate: &A, case: &str) {
    let name = format!("{}.v{}{case}.json", A::TYPE, A::SCHEMA_VERSION);
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
    let life = [
        "registered",
        "name_changed",
        "billing_email_changed",
        "locale_changed",
        "preferences_changed",
        "email_changed",
        "email_change_requested",
        "phone_verified",
        "authenticator_app_added",
        "passkey_added",
        "recovery_codes_issued",
        "factor_removal_begun",
        "phone_change_requested",
        "organization_joined",
        "gdpr_token_issued",
        "notice_sent.v1.awaited",
    ];
    assert_frozen(&folded::<Account>(&life));
    let end = ["registered", "deleted", "notice_undeliverable.v1.awaited"];
    assert_frozen_as(&folded::<Account>(&end), ".ended");
}

#[test]
fn the_written_form_of_an_operator_is_frozen() {
    assert_frozen(&folded::<Operator>(&["created", "viewed", "revoked"]));
}

#[test]
fn the_written_form_of_an_organization_is_frozen() {
    let life = [
        "created",
        "renamed",
        "second_factor_demand_changed",
        "member_joined",
        "member_joined.v1.invited",
        "member_invited",
    ];
    assert_frozen(&folded::<Organization>(&life));
}

#[test]
fn the_written_form_of_a_project_is_frozen() {
    let life = ["created", "renamed", "owner_added", "credentials_reset.v1.kept"];
    assert_frozen(&folded::<Project>(&life));
}

#[test]
fn the_written_form_of_a_privacy_request_is_frozen() {
    let life = [
        "received.v1.later_readings",
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
