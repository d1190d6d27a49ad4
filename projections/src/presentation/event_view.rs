//! An event as people read it: in words, with who did it, from where and why.

use chrono::{DateTime, SecondsFormat, Utc};
use cqrs_es::Aggregate as _;
use domain::account::Account;
use domain::event::sentence_of;
use domain::personal::{ERASED, MARK};
use domain::privacy_request::PrivacyRequest;
use domain::{AccountId, EventId};
use event_store::log::LogEntry;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// A time as data has it, in JSON and in tables alike.
pub fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// What stands where a value was erased.
pub(crate) const ERASED_TEXT: &str = "[erased]";
/// Where an actor acted from: their own personal data, in the metadata of an event.
const ORIGIN: [&str; 2] = ["ip_address", "user_agent"];

/// Members of a privacy request that are of no concern to its subject: where files lie in our own stores, under
/// which keys, and what our programs say of their own trouble.
pub(crate) const INTERNAL: &[&str] = &["object", "collected_under", "stalled"];
/// The same, of an event that says why one of our programs failed. Other events give reasons, too, which concern
/// their reader.
const INTERNAL_WITH_REASON: &[&str] = &["object", "collected_under", "stalled", "reason"];
/// What a request that is stalled is to its subject.
const STALLED: &str = "Work on the request is held up, and somebody has been told to see to it";

/// An event, told. Personal values that were erased read as `[erased]`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EventView {
    /// Its id.
    #[schemars(with = "String")]
    pub id: EventId,
    /// Its place in the order of everything: for those who run the service alone, since it counts what everybody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub position: Option<i64>,
    /// When it was stored.
    pub at: DateTime<Utc>,
    /// What happened, as a name.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What happened, in words.
    pub what: String,
    /// Who did it: an account, an operator, or the service itself.
    pub actor: String,
    /// The address they came from.
    pub ip_address: Option<String>,
    /// The program they used.
    pub user_agent: Option<String>,
    /// What it happened to.
    pub aggregate_type: String,
    /// What it happened to.
    pub aggregate_id: String,
    /// Its place in the history of that aggregate. Not told to an account holder where others have a part in it: it
    /// counts what they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// The event that led to it.
    pub causation_id: Option<String>,
    /// What all events of one wish have in common.
    pub correlation_id: Option<String>,
    /// All of it, as data.
    pub data: Value,
}

impl EventView {
    /// Tells an opened entry.
    fn of(entry: LogEntry) -> Self {
        let text = |name: &str| entry.metadata_text(name).map(str::to_owned);
        let what = match &entry.unreadable {
            Some(reason) => format!("An event of type {} that cannot be read: {reason}", entry.event_type),
            None => sentence_of(entry.form(), &entry.payload),
        };
        Self {
            id: entry.event_id,
            position: Some(entry.position),
            at: entry.recorded_at,
            what,
            actor: text("actor").unwrap_or_default(),
            ip_address: personal(&entry.metadata, "ip_address"),
            user_agent: personal(&entry.metadata, "user_agent"),
            causation_id: text("causation_id"),
            correlation_id: text("correlation_id"),
            sequence: Some(entry.sequence),
            event_type: entry.event_type,
            aggregate_type: entry.aggregate_type,
            aggregate_id: entry.aggregate_id,
            data: entry.payload,
        }
    }
}

fn personal(metadata: &Value, name: &str) -> Option<String> {
    let value = metadata.get(name)?;
    let known = value.pointer("/$personal/value").and_then(Value::as_str);
    Some(known.unwrap_or(ERASED_TEXT).to_owned())
}

impl EventView {
    /// The heading of the table that [`cells`](Self::cells) fills.
    pub fn columns(audience: Audience) -> Vec<&'static str> {
        let columns = ["at", "type", "what", "actor", "ip_address", "user_agent", "aggregate_id", "sequence"];
        let position = (audience == Audience::Operator).then_some("position");
        position.into_iter().chain(columns).collect()
    }

    /// A row of a table of events, as this one was told.
    pub fn cells(&self) -> Vec<String> {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let cells = [
            written(self.at),
            self.event_type.clone(),
            self.what.clone(),
            self.actor.clone(),
            self.ip_address.clone().unwrap_or_default(),
            self.user_agent.clone().unwrap_or_default(),
            self.aggregate_id.clone(),
            number(self.sequence).unwrap_or_default(),
        ];
        number(self.position).into_iter().chain(cells).collect()
    }

    /// One line in words.
    pub fn in_words(&self) -> String {
        let from = self.ip_address.as_ref().map(|ip| format!(" from {ip}")).unwrap_or_default();
        let at = self.at.format("%Y-%m-%d %H:%M:%S UTC");
        format!("{at}  {} (by {}{from})", self.what, self.actor)
    }

    /// Tells an opened entry of the history of `account` as `audience` may see it.
    pub fn to(audience: Audience, entry: LogEntry, account: AccountId) -> Self {
        match audience {
            Audience::Holder => Self::for_holder(entry, account),
            Audience::Operator => Self::for_operator(entry),
        }
    }

    /// Tells an opened entry as `reader`, the account holder, may see it: nothing personal of others, no number that
    /// counts what others do, and nothing of how we are built.
    pub fn for_holder(mut entry: LogEntry, reader: AccountId) -> Self {
        let reader = reader.to_string();
        // Where an operator sat is the operator's own, erased or not.
        if entry.metadata_text("actor") != Some(&reader)
            && let Some(members) = entry.metadata.as_object_mut()
        {
            members.retain(|name, _| !ORIGIN.contains(&name.as_str()));
        }
        let internal = match (entry.aggregate_type.as_str(), entry.event_type.as_str()) {
            (_, "privacy_request.stalled" | "privacy_request.source_failed") => INTERNAL_WITH_REASON,
            (PrivacyRequest::TYPE, _) => INTERNAL,
            _ => &[],
        };
        let mut told = EventView::of(entry).redacted(Some(&reader), internal);
        if told.event_type == "privacy_request.stalled" {
            STALLED.clone_into(&mut told.what);
        }
        told.position = None;
        let own = [Account::TYPE, PrivacyRequest::TYPE].contains(&told.aggregate_type.as_str());
        told.sequence = told.sequence.filter(|_| own);
        told
    }

    /// Tells an opened entry as an operator may see it: all of it.
    pub fn for_operator(entry: LogEntry) -> Self {
        EventView::of(entry).redacted(None, &[])
    }

    fn redacted(mut self, reader: Option<&str>, internal: &[&str]) -> Self {
        self.data = redact(self.data, reader, internal);
        if let Some(members) = self.data.as_object_mut() {
            // The type says it already.
            members.remove("event");
        }
        self
    }
}

/// The reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The account holder: nothing personal of others, and nothing of how we are built.
    Holder,
    /// An operator: all of it.
    Operator,
}

/// A payload as people read it: personal values stand for themselves, or, where it is for one `reader`, their
/// own alone; and members that are of no concern outside are left out.
pub(crate) fn redact(value: Value, reader: Option<&str>, internal: &[&str]) -> Value {
    match value {
        Value::Object(members) if members.contains_key(MARK) => unmarked(members, reader),
        Value::Object(members) if members.contains_key(ERASED) => Value::Object(members),
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !internal.contains(&name.as_str()))
            .map(|(name, value)| (name, redact(value, reader, internal)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(|item| redact(item, reader, internal)).collect(),
        other => other,
    }
}

fn unmarked(mut members: Map<String, Value>, reader: Option<&str>) -> Value {
    let mut mark = members.remove(MARK).unwrap_or_default();
    let subject = mark.get("subject").and_then(Value::as_str);
    if reader.is_none() || subject == reader {
        mark.get_mut("value").map(Value::take).unwrap_or_default()
    } else {
        Value::Null
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn entry(payload: Value, metadata: Value) -> LogEntry {
        LogEntry {
            position: 7,
            event_id: EventId::from_uuid(Uuid::from_u128(7)),
            aggregate_type: "account".to_owned(),
            aggregate_id: reader().to_string(),
            sequence: 2,
            event_type: "account.signed_in".to_owned(),
            event_version: "1".to_owned(),
            payload,
            metadata,
            recorded_at: DateTime::UNIX_EPOCH,
            unreadable: None,
        }
    }

    fn reader() -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(1))
    }

    fn marked(subject: &impl ToString, value: &str) -> Value {
        json!({"$personal": {"subject": subject.to_string(), "scope": "activity", "value": value}})
    }

    #[test]
    fn an_event_is_told_in_words_and_as_data() {
        let session = "ses_00000000000000000000000003";
        let metadata = json!({
            "actor": reader(), "correlation_id": "c",
            "ip_address": marked(&reader(), "203.0.113.7"), "user_agent": {"$erased": true},
        });
        let told = EventView::for_holder(
            entry(json!({"event": "signed_in", "session_id": session}), metadata),
            reader(),
        );
        assert_eq!(told.what, "Signed in");
        assert_eq!(told.data, json!({"session_id": session}));
        assert_eq!(told.ip_address.as_deref(), Some("203.0.113.7"));
        assert_eq!(told.user_agent.as_deref(), Some("[erased]"));
    }

    #[test]
    fn a_holder_gets_no_number_that_counts_what_others_do() {
        let of = |aggregate_type: &str| {
            let mut entry = entry(json!({"event": "renamed"}), json!({"actor": "acc_2"}));
            entry.aggregate_type = aggregate_type.to_owned();
            entry
        };
        for (aggregate_type, own) in
            [("account", true), ("privacy_request", true), ("organization", false), ("project", false)]
        {
            let told = EventView::to(Audience::Holder, of(aggregate_type), reader());
            assert_eq!((told.position, told.sequence.is_some()), (None, own), "{aggregate_type}");
            let told = EventView::to(Audience::Operator, of(aggregate_type), reader());
            assert!(told.position.is_some() && told.sequence.is_some(), "{aggregate_type}");
        }
    }

    #[test]
    fn what_belongs_to_others_or_to_us_is_left_out() {
        let metadata = json!({"actor": "opr_1", "ip_address": marked(&"opr_1", "198.51.100.1"), "user_agent": {"$erased": true}});
        let payload = json!({
            "email": marked(&reader(), "ada@example.com"), "name": {"$erased": true},
            "other": marked(&"acc_2", "Bob"), "files": [{"name": "a.json", "object": "requests/req_1/a"}],
        });
        let mut packaged = entry(payload, metadata);
        packaged.aggregate_type = "privacy_request".to_owned();
        let told = EventView::for_holder(packaged, reader());
        assert_eq!((told.ip_address, told.user_agent), (None, None));
        let expected = json!({
            "email": "ada@example.com", "name": {"$erased": true}, "other": null, "files": [{"name": "a.json"}],
        });
        assert_eq!(told.data, expected);
    }

    #[test]
    fn an_event_that_cannot_be_read_says_so() {
        let mut forged = entry(json!({}), json!({"actor": reader()}));
        forged.unreadable = Some("it was changed".to_owned());
        let told = EventView::for_holder(forged, reader());
        assert_eq!(told.what, "An event of type account.signed_in that cannot be read: it was changed");
        assert_eq!((told.data, told.ip_address), (json!({}), None));
    }
}
