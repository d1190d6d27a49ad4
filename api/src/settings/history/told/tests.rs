//! The sentences, held against every event that there is and every word that can stand in one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use catalogue::{Catalogue, Language};
use domain::personal::MARK;
use serde_json::json;

use super::*;
use names::{SETS, VALUES};

#[path = "../../../../../domain/tests/names/mod.rs"]
mod names;

/// The fields whose words no sentence tells.
const UNTOLD: [&str; 2] = ["regulation", "law_version"];

/// A frozen event: the name of its file without its ending, its type, and its data as `/v1` gives them.
struct Golden {
    name: String,
    event_type: String,
    data: Value,
}

/// Every event that a history can hold.
fn golden() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/golden");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let events = files.map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let event_type = name.split('.').take(2).collect::<Vec<_>>().join(".");
        let data = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        Golden { name, event_type, data: shown(data) }
    });
    events.filter(|event| !event.event_type.starts_with("operator.")).collect()
}

/// Personal values stand for themselves.
fn shown(value: Value) -> Value {
    match value {
        Value::Object(members) if members.contains_key(MARK) => members[MARK]["value"].clone(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, shown(value))).collect(),
        Value::Array(items) => items.into_iter().map(shown).collect(),
        other => other,
    }
}

fn entry(event_type: &str, data: &Value) -> HistoryEntry {
    serde_json::from_value(json!({
        "id": "evt_01kkbtaz00fay8vvr14d2pf2db", "at": "2026-05-03T10:00:00Z", "type": event_type, "what": "of /v1",
        "actor": "service", "ip_address": null, "user_agent": null, "aggregate_type": "account", "aggregate_id": "acc_1",
        "causation_id": null, "correlation_id": null, "data": data,
    }))
    .unwrap()
}

/// The sentence in each language.
fn said(event_type: &str, data: &Value, account: &str) -> [String; 2] {
    Language::ALL.map(|language| {
        let text = Catalogue::built_in().text(language);
        sentence(Reader { text: &text, account, is_holder: true }, &entry(event_type, data))
    })
}

#[test]
fn every_event_has_a_sentence_in_every_language() {
    let known: BTreeSet<&str> = SENTENCES.iter().map(|sentence| sentence.event_type).collect();
    let golden = golden();
    let stored: BTreeSet<&str> = golden.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(known, stored);
    assert_eq!(SENTENCES.len(), known.len(), "one sentence a type");
    for event in &golden {
        let [english, german] = said(&event.event_type, &event.data, "");
        // Of what cannot be said in German the English is said.
        assert_ne!(english, german, "{}", event.name);
        for sentence in [english, german] {
            assert!(!sentence.starts_with("history-") && sentence != "of /v1", "{}: {sentence}", event.name);
            assert!(
                !sentence.contains(['{', '$', '_']) && !sentence.ends_with('.'),
                "{}: {sentence}",
                event.name
            );
        }
    }
}

#[test]
fn every_event_is_given_the_variables_that_its_text_takes() {
    let variables = Catalogue::built_in().variables(Language::En);
    for sentence in SENTENCES {
        let given: BTreeSet<String> = sentence.with.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(given, variables[sentence.id], "{}", sentence.id);
    }
}

#[test]
fn every_word_of_an_event_is_told_in_words_of_its_own() {
    let golden = golden();
    assert!(SETS.iter().all(|(name, ..)| name.starts_with("operator.")), "sets of words are told as well");
    let told =
        VALUES.iter().filter(|(name, field, _)| !name.starts_with("operator.") && !UNTOLD.contains(field));
    for (name, field, values) in told {
        let event = golden.iter().find(|event| event.name == *name).unwrap();
        let with = |value: &str| {
            let mut data = event.data.clone();
            data[*field] = value.into();
            said(&event.event_type, &data, "")
        };
        let mut seen = [BTreeSet::new(), BTreeSet::new()];
        for value in values.iter().copied().chain(["a word of a later release"]) {
            for (seen, sentence) in seen.iter_mut().zip(with(value)) {
                assert!(seen.insert(sentence.clone()), "{name}, {field}: {value} has no words: {sentence}");
            }
        }
    }
}

#[test]
fn what_is_optional_is_told_where_it_is_there() {
    let golden = golden();
    for event in &golden {
        let plain = event.name.split('.').take(3).collect::<Vec<_>>().join(".");
        let other = golden.iter().find(|other| other.name == plain).unwrap();
        if event.name != plain {
            let (with, without) =
                (said(&event.event_type, &event.data, ""), said(&other.event_type, &other.data, ""));
            // Whether a message was waited for is no matter to who reads.
            assert!(event.name.ends_with(".awaited") || with != without, "{}", event.name);
        }
    }
}

#[test]
fn who_reads_is_addressed() {
    let data = json!({"account_id": "acc_1", "from": "admin", "to": "owner"});
    let [english, german] = said("organization.member_role_changed", &data, "acc_1");
    assert_eq!(english, "Your role in the organization was changed from admin to owner");
    assert_eq!(german, "Ihre Rolle in der Organisation wurde geändert: von Admin zu Inhaber");
    assert_eq!(said("account.of_a_later_release", &json!({}), "acc_1"), ["of /v1", "of /v1"]);
}
