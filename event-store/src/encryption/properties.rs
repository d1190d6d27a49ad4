//! What holds of sealing for any event and any JSON: it opens as it was, and without its keys every
//! personal value reads as erased while the rest stays.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::DateTime;
use cqrs_es::{Aggregate, DomainEvent};
use domain::Event;
use domain::account::{Account, AccountEvent, PreferenceChange, Preferences, SignOutReason, Viewed};
use domain::personal::{ERASED, MARK};
use domain::{AccountId, EmailAddress, Personal, SessionId};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn place<'a>(event_type: &'a str) -> AssociatedData<'a> {
    let (aggregate_type, aggregate_id) = ("account", "acc_1");
    AssociatedData { aggregate_type, aggregate_id, sequence: 3, event_type, column: "payload" }
}

/// A key for every name that sealing `value` needs.
fn keys_for(value: &Value) -> HashMap<KeyName, Arc<DataKey>> {
    let names = personal_subjects(value).unwrap();
    let key = |(n, name)| (name, Arc::new(DataKey::generate(Uuid::from_u128(n))));
    (1..).zip(names).map(key).collect()
}

/// Seals, stores (as the text it is stored as), and opens with all keys and with none.
fn opened(value: &Value, event_type: &str) -> (Value, Value) {
    let keys = keys_for(value);
    let by_id = keys.values().map(|key| (key.id, key.clone())).collect();
    let stored = seal_payload(value.clone(), place(event_type), &keys).unwrap().to_string();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    assert!(personal_subjects(&stored).unwrap().is_empty(), "{stored}");
    let open = |keys| open_payload(stored.clone(), place(event_type), keys).unwrap();
    (open(&by_id), open(&HashMap::new()))
}

/// `value` with every personal value erased.
fn erased(value: &Value) -> Value {
    match value {
        Value::Object(object) if object.len() == 1 && object.contains_key(MARK) => json!({ERASED: true}),
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (name.clone(), erased(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(erased).collect(),
        other => other.clone(),
    }
}

fn personal(scope: &str, value: &Value) -> Value {
    json!({MARK: {"subject": "acc_1", "scope": scope, "value": value}})
}

/// Any JSON with personal values in it, also inside each other, and with members whose names are marks
/// but which are none, having neighbours.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!({ERASED: true})),
        Just(json!({"$enc": 1, "beside": 2})),
        Just(json!({MARK: 1, "beside": 2})),
    ];
    leaf.prop_recursive(5, 48, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z/~0-9]{1,4}", inner.clone(), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            inner.clone().prop_map(|value| personal("profile", &value)),
            inner.clone().prop_map(|value| personal("activity", &value)),
            inner.prop_map(|value| personal("profile", &json!({"$enc": value}))),
        ]
    })
}

fn any_account() -> impl Strategy<Value = AccountId> {
    any::<u128>().prop_map(|n| AccountId::from_uuid(Uuid::from_u128(n)))
}

fn any_session() -> impl Strategy<Value = SessionId> {
    any::<u128>().prop_map(|n| SessionId::from_uuid(Uuid::from_u128(n)))
}

fn any_email() -> impl Strategy<Value = EmailAddress> {
    "[a-zA-Z0-9+._-]{0,20}[a-z0-9]@[a-z0-9]{1,12}\\.(com|example|org)"
        .prop_filter_map("no address", |text| text.parse().ok())
}

fn any_preferences() -> impl Strategy<Value = Preferences> {
    any::<(bool, bool)>()
        .prop_map(|(personalization, usage_logging)| Preferences { personalization, usage_logging })
}

fn any_change() -> impl Strategy<Value = Option<PreferenceChange>> {
    proptest::option::of(any::<(bool, bool)>().prop_map(|(from, to)| PreferenceChange { from, to }))
}

/// A personal value, known or erased before.
fn any_personal<T: Clone + std::fmt::Debug + 'static>(
    account: AccountId,
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Personal<T>> {
    value.prop_flat_map(move |value| {
        prop_oneof![
            4 => Just(Personal::profile(account, value.clone())),
            4 => Just(Personal::activity(account, value)),
            1 => Just(Personal::Erased),
        ]
    })
}

fn any_registered() -> impl Strategy<Value = AccountEvent> {
    (any_account(), any_preferences(), any::<String>()).prop_flat_map(
        |(account_id, preferences, policy_version)| {
            (any_personal(account_id, any_email()), any_personal(account_id, any::<String>())).prop_map(
                move |(email, name)| {
                    let policy_version = policy_version.clone();
                    AccountEvent::Registered { account_id, email, name, preferences, policy_version }
                },
            )
        },
    )
}

fn any_event() -> impl Strategy<Value = AccountEvent> {
    let reason = prop_oneof![
        Just(SignOutReason::SignedOut),
        Just(SignOutReason::EndedByHolder),
        Just(SignOutReason::PasswordChanged),
    ];
    prop_oneof![
        3 => any_registered(),
        1 => any_session().prop_map(|session_id| AccountEvent::SignedIn { session_id, passkey_id: None }),
        1 => (any_session(), reason)
            .prop_map(|(session_id, reason)| AccountEvent::SignedOut { session_id, reason }),
        1 => any_session().prop_map(|session_id| AccountEvent::Reauthenticated { session_id, passkey_id: None }),
        1 => Just(AccountEvent::PasswordChanged {}),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(history, by_instant)| AccountEvent::HistoryViewed {
            what: if history { Viewed::History } else { Viewed::State },
            until: by_instant.then_some(DateTime::UNIX_EPOCH),
        }),
        1 => (any_account(), any_change(), any_change(), any::<String>()).prop_map(
            |(account_id, personalization, usage_logging, policy_version)| {
                AccountEvent::PreferencesChanged { account_id, personalization, usage_logging, policy_version }
            }
        ),
    ]
}

/// Of every form that was ever stored, of whatever aggregate, as the domain keeps them.
#[test]
fn every_event_there_ever_was_opens_as_it_was_and_without_keys_as_erased() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/golden");
    let (mut requests, mut personal) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut parts = name.split('.');
        let mut part = || parts.next().unwrap();
        let (aggregate_type, what, version) = (part(), part(), part().trim_start_matches('v'));
        let event_type = format!("{aggregate_type}.{what}");
        let payload: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let (with_keys, without) = opened(&payload, &event_type);
        assert_eq!((&with_keys, &without), (&payload, &erased(&payload)), "{name}");
        let form =
            domain::event::EventHeader { aggregate_type, event_type: &event_type, event_version: version };
        for opened in [with_keys, without] {
            Event::from_value(form, opened).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        requests += usize::from(aggregate_type == "privacy_request");
        personal += usize::from(payload != erased(&payload));
    }
    assert!(requests >= 16 && personal >= 1, "{requests} {personal}");
}

proptest! {
    #[test]
    fn any_json_opens_as_it_was_and_without_keys_as_erased(payload in any_json()) {
        let (with_keys, without) = opened(&payload, "account.registered");
        prop_assert_eq!(with_keys, payload.clone());
        prop_assert_eq!(without, erased(&payload));
    }

    #[test]
    fn any_event_opens_as_it_was_and_without_keys_still_applies(events in prop::collection::vec(any_event(), 1..6)) {
        let (mut whole, mut bare) = (Account::default(), Account::default());
        for event in events {
            let payload = serde_json::to_value(&event).unwrap();
            let (with_keys, without) = opened(&payload, &event.event_type());
            let again: AccountEvent = serde_json::from_value(with_keys).unwrap();
            prop_assert_eq!(&again, &event);
            whole.apply(again);

            prop_assert_eq!(&without, &erased(&payload));
            let event: AccountEvent = serde_json::from_value(without).unwrap();
            if let AccountEvent::Registered { email, name, .. } = &event {
                prop_assert!(email.known().is_none() && name.known().is_none());
            }
            bare.apply(event);
        }
        // What is not personal is as it would have been.
        let rest = |account: &Account| account.holder.as_ref().map(|holder| (holder.account_id, holder.preferences));
        prop_assert_eq!(rest(&whole), rest(&bare));
    }

    #[test]
    fn what_looks_sealed_already_is_refused(inner in any_json(), outside in any_json()) {
        let payload = json!({"a": outside, "b": [{"$enc": inner}]});
        let sealed = seal_payload(payload.clone(), place("account.registered"), &keys_for(&payload));
        prop_assert!(matches!(sealed, Err(SealError::Malformed)));
    }
}
