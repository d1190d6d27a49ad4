//! Every column of the database that could hold text or bytes: personal, or why not.

use std::collections::BTreeSet;

use super::copies::copies;
use super::datum::Datum;
use super::place::Place;

/// Why columns hold nothing personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    /// An id drawn at random, or the name of a thing of ours. Whose an id was is told by what else is registered.
    Id,
    /// One of a fixed set of words, or a number written out.
    Word,
    /// A hash over what is stored, or a key of ours, wrapped.
    Proof,
    /// Of an organization, a project or an operator, who are no data subjects here.
    NotAPerson,
    /// Of the service itself.
    Technical,
}

impl Other {
    /// The reason in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Id => "a random id, or the name of a thing of ours",
            Self::Word => "one of a fixed set of words",
            Self::Proof => "a hash over what is stored, or a wrapped key",
            Self::NotAPerson => "of an organization, a project or an operator",
            Self::Technical => "of the service itself",
        }
    }
}

/// Tables, and those of their columns that hold nothing personal.
pub const NOT_PERSONAL: &[(&str, Other, &[&str])] = &[
    ("_sqlx_migrations", Other::Technical, &["description", "checksum"]),
    ("account_history_owner", Other::Id, &["aggregate_id", "account_id"]),
    ("account_view", Other::Word, &["phone_channel"]),
    ("authentication", Other::Id, &["account_id"]),
    ("authenticator_app", Other::Id, &["account_id"]),
    ("challenge", Other::Id, &["account_id", "subject"]),
    ("challenge", Other::Word, &["purpose"]),
    ("checkpoint_note", Other::Proof, &["note"]),
    ("claim", Other::Id, &["owner"]),
    ("claim", Other::Word, &["kind"]),
    ("credential", Other::Id, &["owner", "organization_id"]),
    ("credential", Other::NotAPerson, &["api_key", "sealed"]),
    ("credential", Other::Word, &["kind", "ended_as"]),
    ("device", Other::Id, &["account_id"]),
    ("device", Other::Word, &["kind"]),
    ("erasure", Other::Id, &["name", "cause", "step"]),
    ("erasure", Other::Technical, &["entry"]),
    ("events", Other::Word, &["aggregate_type", "event_type", "event_version"]),
    ("failed_try", Other::Id, &["account_id"]),
    ("failed_try", Other::Word, &["kind"]),
    ("idempotency", Other::Proof, &["key_hash", "body_hash"]),
    ("idempotency", Other::Id, &["owner"]),
    ("invitation", Other::Id, &["organization_id"]),
    ("invitation", Other::Proof, &["token_hash"]),
    ("invitation_view", Other::Id, &["organization_id", "invitation_id"]),
    ("invitation_view", Other::Word, &["role"]),
    ("lease", Other::Technical, &["name"]),
    ("link", Other::Id, &["account_id", "subject"]),
    ("link", Other::Word, &["purpose"]),
    ("log", Other::Proof, &["leaf", "chain"]),
    ("log_tile", Other::Proof, &["hashes"]),
    ("master_key_holder", Other::Technical, &["name", "wraps_with", "opens"]),
    ("member_view", Other::Id, &["organization_id", "account_id", "membership_id"]),
    ("message_pace", Other::Id, &["account_id"]),
    ("message_pace", Other::Word, &["channel", "notice"]),
    ("operator_session", Other::NotAPerson, &["operator_id"]),
    ("operator_session", Other::Proof, &["session_hash", "token_hash"]),
    ("operator_token", Other::NotAPerson, &["operator_id", "name", "token_hash", "scopes"]),
    ("organization_view", Other::Id, &["organization_id"]),
    ("organization_view", Other::NotAPerson, &["name"]),
    ("outgoing", Other::Id, &["account_id", "request_id"]),
    ("outgoing", Other::Word, &["channel", "notice"]),
    ("parked_event", Other::Id, &["aggregate_id"]),
    ("parked_event", Other::Word, &["projection", "event_type", "aggregate_type"]),
    ("parked_event", Other::Technical, &["error"]),
    ("passkey", Other::Id, &["account_id"]),
    ("passkey_challenge", Other::Id, &["account_id"]),
    ("passkey_challenge", Other::Word, &["purpose"]),
    ("passkey_challenge", Other::Technical, &["challenge"]),
    ("privacy_request_view", Other::Id, &["request_id", "account_id"]),
    ("privacy_request_view", Other::Word, &["kind", "state"]),
    ("project_owner_view", Other::Id, &["project_id", "account_id"]),
    ("project_view", Other::Id, &["project_id", "organization_id", "credential_id", "previous_id"]),
    ("project_view", Other::NotAPerson, &["name", "token", "fingerprint"]),
    ("projection", Other::Technical, &["name"]),
    ("pruned_event", Other::Id, &["request"]),
    ("recovery_code", Other::Id, &["account_id"]),
    ("secret", Other::Id, &["owner"]),
    ("secret", Other::Word, &["kind"]),
    ("session", Other::Id, &["account_id"]),
    ("session", Other::Word, &["factors"]),
    ("snapshot", Other::Id, &["aggregate_id"]),
    ("snapshot", Other::Word, &["aggregate_type"]),
    ("stream_bucket", Other::Proof, &["hash"]),
    ("stream_head", Other::Proof, &["key", "head"]),
    ("subject_bucket", Other::Proof, &["hash"]),
    ("subject_key", Other::Word, &["scope"]),
    ("subject_key", Other::Proof, &["master_id", "wrapped", "fingerprint"]),
    ("subject_key", Other::Id, &["destroyed_for"]),
    ("subject_stream", Other::Proof, &["subject", "stream"]),
    ("throttle", Other::Word, &["name"]),
    ("timer", Other::Id, &["aggregate_id"]),
    ("timer", Other::Word, &["aggregate_type", "name"]),
    ("usage_erasure", Other::Id, &["request_id"]),
    ("usage_event", Other::Id, &["project_id"]),
    ("usage_gate", Other::Id, &["account_id"]),
    ("usage_project", Other::NotAPerson, &["project_id", "token", "organization_id"]),
];

/// Every column that is named, `table.column`: as personal, or as not.
pub fn named_columns() -> BTreeSet<String> {
    let mut named: BTreeSet<String> = NOT_PERSONAL
        .iter()
        .flat_map(|(table, _, columns)| columns.iter().map(move |column| format!("{table}.{column}")))
        .collect();
    for copy in Datum::ALL.iter().flat_map(|datum| copies(*datum)) {
        match copy.place {
            Place::Column(table, column) => drop(named.insert(format!("{table}.{column}"))),
            Place::EventPayload(_) => drop(named.insert("events.payload".to_owned())),
            Place::EventMetadata => drop(named.insert("events.metadata".to_owned())),
            _ => {}
        }
    }
    named
}
