//! What there is in the end of whoever took part: told so that it is the same in each telling.
//!
//! Ids of those who take part are told by name, all others by their kind, instants and hashes as such. What is not
//! told is when, and in which order of time: two things that wait for nothing happen in either order.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use domain::account::Account;
use domain::effect::ClaimKind;
use domain::organization::Organization;
use domain::project::Project;
use event_store::EventStore;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::stage::Stage;
use crate::support::header;

/// Read models, and what is kept beside the log, with the column that says whose it is.
const TABLES: [(&str, &str); 22] = [
    ("account_view", "account_id"),
    ("organization_view", "organization_id"),
    ("member_view", "organization_id"),
    ("invitation_view", "organization_id"),
    ("project_view", "project_id"),
    ("project_owner_view", "project_id"),
    ("timer", "aggregate_id"),
    ("account_history", "account_id"),
    ("account_history_owner", "account_id"),
    ("session", "account_id"),
    ("secret", "owner"),
    ("challenge", "account_id"),
    ("link", "account_id"),
    ("recovery_code", "account_id"),
    ("device", "account_id"),
    ("credential", "owner"),
    ("invitation", "organization_id"),
    ("outgoing", "account_id"),
    ("claim", "owner"),
    ("usage_gate", "account_id"),
    ("subject_key", "subject"),
    ("usage_event", "distinct_id"),
];
/// Columns that tell of the moment alone.
const OF_THE_MOMENT: [&str; 6] = ["position", "version", "sequence", "seen_at", "last_used_at", "what"];

/// Whoever and whatever takes part: their ids and addresses, and what they are called here.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, &'static str>);

impl Names {
    pub(super) fn call(&mut self, id: &impl ToString, name: &'static str) {
        self.0.insert(id.to_string(), name);
    }

    fn ids(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    fn of<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).copied().unwrap_or(id)
    }

    pub(super) fn told(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.told_text(&text).into(),
            Value::Array(values) => values.into_iter().map(|value| self.told(value)).collect(),
            Value::Object(members) => {
                let kept = members.into_iter().filter(|(name, _)| !OF_THE_MOMENT.contains(&name.as_str()));
                let told = kept.map(|(name, value)| (self.told_text(&name), self.told(value)));
                Value::Object(told.collect::<Map<_, _>>())
            }
            other => other,
        }
    }

    fn told_text(&self, text: &str) -> String {
        text.split('/').map(|part| self.told_part(part)).collect::<Vec<_>>().join("/")
    }

    fn told_part(&self, text: &str) -> String {
        let is_id = |(kind, rest): &(&str, &str)| kind.len() == 3 && rest.len() == 26;
        let is_hex = text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(name) = self.0.get(text) {
            (*name).to_owned()
        } else if let Some((kind, _)) = text.split_once('_').filter(is_id) {
            format!("{kind}_…")
        } else if text.starts_with("ps") && text.len() == 53 {
            "a token".to_owned()
        } else if DateTime::parse_from_rfc3339(text).is_ok() {
            "an instant".to_owned()
        } else if is_hex || text.starts_with("\\x") || text.parse::<Uuid>().is_ok() {
            "bytes".to_owned()
        } else {
            text.to_owned()
        }
    }
}

/// All of it, a line each.
pub(super) async fn of(stage: &Stage, names: &Names) -> BTreeSet<String> {
    let mut told = Vec::new();
    for (table, column) in TABLES {
        let statement = format!("SELECT to_jsonb(t) FROM {table} t WHERE {column} = ANY($1)");
        let rows: Vec<Value> =
            sqlx::query_scalar(&statement).bind(names.ids()).fetch_all(stage.pool()).await.unwrap();
        told.extend(rows.into_iter().map(|row| format!("{table}: {}", names.told(row))));
    }
    told.extend(events(stage, names).await);
    told.extend(aggregates(stage, names).await);
    told.extend(mails(stage, names));
    told.extend(erasures(stage, names).await);
    numbered(told)
}

/// Lines that are there several times are told so.
fn numbered(lines: Vec<String>) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        *counts.entry(line).or_default() += 1;
    }
    counts.into_iter().map(|(line, count)| format!("{count} × {line}")).collect()
}

async fn events(stage: &Stage, names: &Names) -> Vec<String> {
    let statement = "SELECT aggregate_id, event_type FROM events WHERE aggregate_id = ANY($1)";
    let rows: Vec<(String, String)> =
        sqlx::query_as(statement).bind(names.ids()).fetch_all(stage.pool()).await.unwrap();
    rows.into_iter().map(|(id, event_type)| format!("event of {}: {event_type}", names.of(&id))).collect()
}

async fn aggregates(stage: &Stage, names: &Names) -> Vec<String> {
    let store = &stage.foundation.store;
    let mut told = Vec::new();
    for (id, name) in &names.0 {
        let value = match id.split('_').next() {
            Some("acc") => json!(store.load::<Account>(id).await.unwrap().0),
            Some("org") => json!(store.load::<Organization>(id).await.unwrap().0),
            Some("prj") => json!(store.load::<Project>(id).await.unwrap().0),
            _ => holder(store, names, id).await,
        };
        told.push(format!("{name} is {}", names.told(value)));
    }
    told
}

/// Who has an address.
async fn holder(store: &EventStore, names: &Names, address: &str) -> Value {
    let email: domain::EmailAddress = address.parse().unwrap();
    let owner = store.owner_of(ClaimKind::Email, &email.canonical()).await.unwrap();
    json!({"held by": owner.map(|owner| names.of(&owner).to_owned())})
}

/// What was mailed to whom. A mail may come several times, and is the same then, to the letter.
fn mails(stage: &Stage, names: &Names) -> Vec<String> {
    let mut by_id: BTreeMap<String, String> = BTreeMap::new();
    for mail in stage.mail.mails() {
        let before = by_id.insert(header(&mail, "Message-ID"), mail.clone());
        assert!(before.is_none_or(|before| before == mail), "another mail of the same id: {mail}");
    }
    let told = by_id.into_iter().filter_map(|(id, mail)| {
        let to = header(&mail, "To");
        let (_, name) = names.0.iter().find(|(address, _)| to.contains(address.as_str()))?;
        let about = id.split(['.', '@']).nth(1).unwrap();
        Some(format!("mail to {name}: {about}, {}", header(&mail, "Subject")))
    });
    told.collect()
}

/// What was erased on behalf of whom, and whether that is done.
async fn erasures(stage: &Stage, names: &Names) -> Vec<String> {
    let accounts = names.0.keys().filter_map(|id| Some((id, id.strip_prefix("acc_")?)));
    let mut told = Vec::new();
    for (account, id) in accounts {
        // Usage that comes in between two tries is erased by a step of its own.
        let statement = "SELECT DISTINCT CASE WHEN step LIKE 'usage/%' THEN 'usage' ELSE step END,
                                applied_at IS NOT NULL FROM erasure WHERE cause = $1";
        let rows: Vec<(String, bool)> =
            sqlx::query_as(statement).bind(format!("req_{id}")).fetch_all(stage.pool()).await.unwrap();
        let line = |(step, done): (String, bool)| {
            format!("erasure of {}: {}, done: {done}", names.of(account), names.told_text(&step))
        };
        told.extend(rows.into_iter().map(line));
    }
    told
}
