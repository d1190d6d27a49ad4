//! How an account stood at an instant: its events up to then, and those of its privacy requests, folded by
//! the domain itself.
//!
//! Nothing of it is kept: it is folded when asked for, from the same history that is told event by event,
//! so the two agree. Personal values that were erased since read as erased, also at an instant when they were
//! not yet. Memory holds the state and one page of events, whatever the length of the history.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::account::Account;
use domain::personal::ERASED;
use domain::privacy_request::PrivacyRequest;
use domain::{AccountId, Event};
use event_store::log::LogEntry;
use event_store::{EventStore, StoreError};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::{Value, json};

use crate::presentation::event_view::{Audience, ERASED_TEXT, INTERNAL, redact};
use crate::views::Views;
use crate::views::history::HistoryFilter;

/// How an account stood at an instant. A personal value that was erased since is `{"$erased": true}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AccountState {
    /// Whose.
    pub account_id: AccountId,
    /// When.
    pub at: DateTime<Utc>,
    /// How many events had concerned it by then.
    pub events: u64,
    /// The position of the last of them: for those who run the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The account itself.
    pub account: Value,
    /// Its privacy requests, oldest first.
    pub privacy_requests: Vec<Value>,
}

/// What is folded.
#[derive(Default)]
struct Fold {
    events: u64,
    position: i64,
    account: Account,
    requests: BTreeMap<String, PrivacyRequest>,
}

impl Views {
    /// How an account stood at `at`, as `audience` may see it; `None` when there was none by then.
    ///
    /// # Errors
    /// When the store fails, or an event is of a form that this release does not know.
    pub async fn account_state(
        &self,
        store: &EventStore,
        account: AccountId,
        at: DateTime<Utc>,
        audience: Audience,
    ) -> Result<Option<AccountState>, StoreError> {
        let mut fold = Fold::default();
        let mut entries =
            std::pin::pin!(self.history_stream(store.clone(), account, HistoryFilter::up_to(Some(at))));
        while let Some(entry) = entries.try_next().await? {
            fold.apply(&entry)?;
        }
        Ok(fold.into_state(account, at, audience))
    }
}

impl Fold {
    /// An event that is not understood cannot be left out: the state would be another.
    fn apply(&mut self, entry: &LogEntry) -> Result<(), StoreError> {
        let of_entry = |error: String| {
            StoreError::Unreadable(format!(
                "event {} at position {}: {error}",
                entry.event_id, entry.position
            ))
        };
        if let Some(reason) = &entry.unreadable {
            return Err(of_entry(reason.clone()));
        }
        let event = entry.event().map_err(|error| of_entry(error.to_string()))?;
        match event {
            Event::Account(event) => self.account.apply(event),
            Event::PrivacyRequest(event) => {
                self.requests.entry(entry.aggregate_id.clone()).or_default().apply(event);
            }
            // They are not the account's own, and not all of theirs is in its history.
            Event::Organization(_) | Event::Project(_) | Event::Operator(_) => {}
        }
        self.events += 1;
        self.position = entry.position;
        Ok(())
    }

    fn into_state(self, account: AccountId, at: DateTime<Utc>, audience: Audience) -> Option<AccountState> {
        let reader = account.to_string();
        let told = |value: Value| match audience {
            Audience::Holder => redact(value, Some(&reader), INTERNAL),
            Audience::Operator => redact(value, None, &[]),
        };
        let requests = self.requests.into_values().filter_map(|aggregate| aggregate.request);
        let account_state = match self.account {
            Account { holder: Some(holder), .. } => json!(holder),
            Account { ended, .. } => json!({"ended": ended?}),
        };
        Some(AccountState {
            account_id: account,
            at,
            events: self.events,
            position: (audience == Audience::Operator).then_some(self.position),
            account: told(account_state),
            privacy_requests: requests.map(|request| told(json!(request))).collect(),
        })
    }
}

impl AccountState {
    /// The state as lines of text, one a value.
    pub fn in_words(&self) -> String {
        let at = self.at.format("%Y-%m-%d %H:%M:%S UTC");
        let events = self.events;
        let position = self.position.map(|position| format!(" (position {position})")).unwrap_or_default();
        let mut text = format!("{} as of {at}, after {events} events{position}\n", self.account_id);
        write_lines(&mut text, "  ", &self.account);
        for request in &self.privacy_requests {
            text.push_str("privacy request\n");
            write_lines(&mut text, "  ", request);
        }
        text
    }
}

/// A line for each value: the names that lead to it, and the value.
fn write_lines(text: &mut String, path: &str, value: &Value) {
    let next =
        |name: &str| if path.ends_with(' ') { format!("{path}{name}") } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) if members.contains_key(ERASED) => {
            text.push_str(&format!("{path}: {ERASED_TEXT}\n"));
        }
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, member)| write_lines(text, &next(name), member));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(n, item)| write_lines(text, &next(&n.to_string()), item));
        }
        Value::Null | Value::Object(_) | Value::Array(_) => text.push_str(&format!("{path}: none\n")),
        Value::String(words) => text.push_str(&format!("{path}: {}\n", printable(words))),
        other => text.push_str(&format!("{path}: {other}\n")),
    }
}

/// A text as it can be shown on a terminal: what would control it, or begin a line, is shown as its code.
fn printable(words: &str) -> String {
    words
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_line_by_line() {
        let state = AccountState {
            account_id: AccountId::from_uuid(uuid::Uuid::from_u128(1)),
            at: DateTime::UNIX_EPOCH,
            events: 2,
            position: Some(7),
            account: json!({
                "email": {"$erased": true}, "name": "A\u{1b}[2Jda\n", "preferences": {"usage_logging": true},
            }),
            privacy_requests: vec![json!({"kind": "export", "stages": [["account"]], "archive": null})],
        };
        assert_eq!(
            state.in_words(),
            "acc_00000000000000000000000001 as of 1970-01-01 00:00:00 UTC, after 2 events (position 7)\n  \
             email: [erased]\n  name: A\\u{1b}[2Jda\\n\n  preferences.usage_logging: true\nprivacy request\n  \
             archive: none\n  kind: export\n  stages.0.0: account\n"
        );
    }
}
