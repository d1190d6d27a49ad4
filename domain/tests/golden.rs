//! Events as they were stored, frozen. An old event must open for ever, so a file in
//! `tests/golden/` is never edited and never written by a program: where one of these tests fails, the
//! code is wrong. A new event gets a new file beside the others; a further form of a known one is
//! `<event_type>.v<version>.<case>.json`.

// Clippy lets tests unwrap, but does not count what stands beside them in an integration test.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cqrs_es::{Aggregate, DomainEvent};
use domain::Upcasters;
use domain::account::{Account, AccountEvent};
use domain::event::Form;
use domain::privacy_request::{PrivacyRequest, PrivacyRequestEvent};
use domain::sentence::{Sentence, sentence_of};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Names every variant of an event twice over, from one list: a new variant does not compile until
/// it is in the list, and once it is there a golden file of it is missed.
macro_rules! variants {
    ($event:ident, $name_of:ident, $all:ident: $($variant:ident),+ $(,)?) => {
        fn $name_of(event: &$event) -> &'static str {
            match event {
                $($event::$variant { .. } => stringify!($variant),)+
            }
        }
        const $all: &[&str] = &[$(stringify!($variant)),+];
    };
}

variants!(AccountEvent, account_variant, ACCOUNT_VARIANTS:
    Registered, SignedIn, SignedOut, Reauthenticated, PasswordChanged, PreferencesChanged, HistoryViewed);

variants!(PrivacyRequestEvent, request_variant, REQUEST_VARIANTS:
    Received, Started, SourceProgressed, SourceExported, SourceErased, SourceFailed,
    CollectionRestarted, Packaged, Completed, NoticeSent, Cancelled, ArchiveDownloaded,
    ArchiveEnded, Stalled, PartsRemoved, ObjectsRemoved);

/// The frozen events of one aggregate, each by the name of its file without `.json`.
fn golden<A: Aggregate>() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut events = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let name = name.strip_suffix(".json").expect("a golden file ends in .json").to_owned();
        if name.starts_with(&format!("{}.", A::TYPE)) {
            let text = std::fs::read_to_string(&path).unwrap();
            events.insert(name, serde_json::from_str(&text).unwrap());
        }
    }
    events
}

/// The type and the version that a file's name tells: `<event_type>.v<version>`, and a case perhaps.
fn stored_as(name: &str) -> (&str, &str) {
    let mut marks = name.match_indices(".v").map(|(at, _)| name.split_at(at));
    let versioned = |(_, rest): &(&str, &str)| rest[2..].starts_with(|c: char| c.is_ascii_digit());
    let (event_type, rest) = marks.find(versioned).expect("a golden file names its version");
    (event_type, rest[2..].split('.').next().unwrap())
}

/// Opens an event as the event store does: lifted to the form of this release.
fn read<E: DeserializeOwned>(name: &str, json: &Value) -> E {
    let (event_type, version) = stored_as(name);
    let (_, json) = Upcasters::default().lift(event_type, version.to_owned(), json.clone());
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{name} does not open: {error}"))
}

/// Whether a file holds an event of this release's form, and no earlier one.
fn is_newest(name: &str) -> bool {
    let (event_type, version) = stored_as(name);
    !Upcasters::default().concern(event_type, version)
}

/// Calls `change` on every object in the JSON, from the outside in.
fn walk(json: &mut Value, change: &mut impl FnMut(&mut Value)) {
    if json.is_object() {
        change(json);
    }
    match json {
        Value::Object(members) => members.values_mut().for_each(|member| walk(member, change)),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, change)),
        _ => {}
    }
}

/// The same event after its subject's keys were destroyed, and the texts that then are gone.
fn erase(json: &Value) -> (Value, Vec<String>) {
    let (mut erased, mut gone) = (json.clone(), Vec::new());
    walk(&mut erased, &mut |object| {
        if let Some(personal) = object.get("$personal") {
            gone.push(personal["value"].as_str().expect("a personal value is text so far").to_owned());
            *object = json!({"$erased": true});
        }
    });
    (erased, gone)
}

/// An event folds wherever it stands: alone, and after the one that begins it all.
fn fold<A: Aggregate>(event: &A::Event, first: A::Event) {
    A::default().apply(event.clone());
    let mut aggregate = A::default();
    aggregate.apply(first);
    aggregate.apply(event.clone());
}

fn check<A: Aggregate>(first: &str) -> usize
where
    A::Event: Sentence,
{
    let golden = golden::<A>();
    for (name, json) in &golden {
        let event: A::Event = read(name, json);
        let (event_type, version) = stored_as(name);
        let (newest, _) = Upcasters::default().lift(event_type, version.to_owned(), json.clone());
        let held = (event.event_type(), event.event_version());
        assert_eq!(held, (event_type.to_owned(), newest), "{name} holds another event");
        let written = serde_json::to_value(&event).unwrap();
        assert!(!is_newest(name) || written == *json, "{name} is written otherwise: {written}");
        fold::<A>(&event, read(first, &golden[first]));

        let (erased_json, _) = erase(json);
        let erased: A::Event = read(name, &erased_json);
        let written = serde_json::to_value(&erased).unwrap();
        assert!(
            !is_newest(name) || written == erased_json,
            "{name}, erased, is written otherwise: {written}"
        );
        fold::<A>(&erased, read(first, &erase(&golden[first]).0));
    }
    golden.len()
}

#[test]
fn every_frozen_event_opens_is_written_the_same_and_folds_also_when_erased() {
    assert!(check::<Account>("account.registered.v1") >= ACCOUNT_VARIANTS.len());
    assert!(check::<PrivacyRequest>("privacy_request.received.v1") >= REQUEST_VARIANTS.len());
}

#[test]
fn every_variant_has_its_golden_file() {
    let frozen: BTreeSet<&str> =
        golden::<Account>().iter().map(|(name, json)| account_variant(&read(name, json))).collect();
    assert_eq!(frozen, ACCOUNT_VARIANTS.iter().copied().collect());
    let frozen: BTreeSet<&str> =
        golden::<PrivacyRequest>().iter().map(|(name, json)| request_variant(&read(name, json))).collect();
    assert_eq!(frozen, REQUEST_VARIANTS.iter().copied().collect());
}

#[test]
fn every_golden_file_belongs_to_an_aggregate() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, golden::<Account>().len() + golden::<PrivacyRequest>().len());
}

/// While a new release is rolled out, the old one reads what the new one wrote.
#[test]
fn a_field_that_a_later_release_adds_does_no_harm() {
    let later = |json: &Value| {
        let mut json = json.clone();
        json["added_later"] = json!({"by": "a newer release"});
        json
    };
    for (name, json) in golden::<Account>() {
        assert_eq!(read::<AccountEvent>(&name, &later(&json)), read(&name, &json));
    }
    for (name, json) in golden::<PrivacyRequest>() {
        assert_eq!(read::<PrivacyRequestEvent>(&name, &later(&json)), read(&name, &json));
    }
}

#[test]
fn an_erased_account_still_stands_with_its_preferences() {
    let (registered, gone) = erase(&golden::<Account>()["account.registered.v1"]);
    assert_eq!(gone.len(), 2);
    let mut account = Account::default();
    account.apply(read("account.registered.v1", &registered));
    let holder = account.holder().unwrap();
    assert_eq!((holder.name.known(), holder.email.known()), (None, None));
    assert!(holder.preferences.usage_logging);
}

/// The names under which the values of enumerations lie in stored events: every one, as it was frozen.
#[test]
fn stored_names_keep_their_meaning() {
    for (name, field, values) in VALUES {
        let aggregate_type = name.split('.').next().unwrap();
        let golden =
            if aggregate_type == Account::TYPE { golden::<Account>() } else { golden::<PrivacyRequest>() };
        for value in *values {
            let mut json = golden[*name].clone();
            json[field] = json!(value);
            let written = if aggregate_type == Account::TYPE {
                serde_json::to_value(read::<AccountEvent>(name, &json)).unwrap()
            } else {
                serde_json::to_value(read::<PrivacyRequestEvent>(name, &json)).unwrap()
            };
            assert_eq!(written, json);
        }
    }
}

/// Fields that hold one of a few names, and all of those names.
const VALUES: &[(&str, &str, &[&str])] = &[
    ("account.signed_out.v1", "reason", &["signed_out", "ended_by_holder", "password_changed"]),
    ("account.history_viewed.v1", "what", &["history", "state"]),
    ("privacy_request.received.v1", "kind", &["export", "erasure"]),
    ("privacy_request.received.v1", "regulation", &["gdpr", "ccpa"]),
    ("privacy_request.completed.v1", "kind", &["export", "erasure"]),
    ("privacy_request.cancelled.v1", "kind", &["export", "erasure"]),
    (
        "privacy_request.notice_sent.v1",
        "notice",
        &["received", "archive_ready", "archive_expiring", "erased", "cancelled"],
    ),
    ("privacy_request.archive_ended.v1", "reason", &["expired", "disabled", "erased"]),
];

/// Every golden event, and each again for every value its named fields can have.
fn variations<A: Aggregate>() -> Vec<(String, Value)> {
    let golden = golden::<A>();
    let mut events: Vec<(String, Value)> = golden.clone().into_iter().collect();
    for (name, field, values) in VALUES.iter().filter(|(name, ..)| golden.contains_key(*name)) {
        for value in *values {
            let mut json = golden[*name].clone();
            json[field] = json!(value);
            events.push(((*name).to_owned(), json));
        }
    }
    events
}

fn check_sentences<A: Aggregate>()
where
    A::Event: Sentence + DeserializeOwned,
{
    for (name, json) in variations::<A>() {
        let (erased, personal) = erase(&json);
        for json in [&json, &erased] {
            let event: A::Event = read(&name, json);
            let sentence = event.sentence();
            assert!(sentence.starts_with(char::is_uppercase), "{name}: {sentence:?}");
            assert!(!sentence.ends_with(['.', ' ']), "{name}: {sentence:?} has a full stop");
            assert!(sentence.contains(' '), "{name}: {sentence:?} is no sentence");
            let debug = ["{", "}", "[", "]", "\"", "::", "Some(", "None", "Known", "SourceName", "_"];
            for mark in debug {
                assert!(!sentence.contains(mark), "{name}: {sentence:?} shows {mark}");
            }
            for told in [sentence.clone(), format!("{event:?}")] {
                for value in &personal {
                    assert!(!told.contains(value), "{name} tells {value} in {told:?}");
                }
            }
            let form = Form {
                aggregate_type: A::TYPE,
                event_type: &event.event_type(),
                event_version: &event.event_version(),
            };
            assert_eq!(sentence_of(form, &serde_json::to_value(&event).unwrap()), sentence);
        }
    }
}

#[test]
fn every_event_is_told_in_words_without_personal_data() {
    check_sentences::<Account>();
    check_sentences::<PrivacyRequest>();
}

#[test]
fn each_kind_of_event_is_told_in_its_own_words() {
    let account = golden::<Account>();
    let requests = golden::<PrivacyRequest>();
    let told: BTreeSet<String> = account
        .iter()
        .map(|(name, json)| read::<AccountEvent>(name, json).sentence())
        .chain(requests.iter().map(|(name, json)| read::<PrivacyRequestEvent>(name, json).sentence()))
        .collect();
    assert_eq!(told.len(), account.len() + requests.len());
}

#[test]
fn counts_and_dates_read_as_english() {
    let tell = |name: &str, field: &str, value: Value| {
        let mut json = golden::<PrivacyRequest>()[name].clone();
        json[field] = value;
        read::<PrivacyRequestEvent>(name, &json).sentence()
    };
    let progressed = "privacy_request.source_progressed.v1";
    assert_eq!(tell(progressed, "records", json!(1)), "Source usage has handled 1 record so far");
    assert_eq!(tell(progressed, "records", json!(2)), "Source usage has handled 2 records so far");
    assert_eq!(
        tell("privacy_request.source_failed.v1", "attempts", json!(4)),
        "Source archives failed (attempt 4) and is asked again on 11 March 2026 at 13:01:00 UTC"
    );
    assert_eq!(
        tell("privacy_request.received.v1", "kind", json!("export")),
        "An export of the data was requested, due by 10 April 2026"
    );
}

#[test]
fn what_this_release_does_not_know_reads_as_its_type() {
    let unknown = json!({"event": "teleported"});
    for aggregate_type in ["account", "privacy_request", "spaceship"] {
        let form = Form { aggregate_type, event_type: "account.teleported", event_version: "1" };
        let sentence = sentence_of(form, &unknown);
        assert_eq!(sentence, "An event of type account.teleported");
    }
}
