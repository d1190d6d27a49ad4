//! Events as they were stored, frozen. An old event must open for ever, so a file in
//! `tests/golden/` is never edited and never written by a program: where one of these tests fails, the
//! code is wrong. A new event gets a new file beside the others; a further form of a known one is
//! `<event_type>.v<version>.<case>.json`.

// Clippy lets tests unwrap, but does not count what stands beside them in an integration test.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cqrs_es::{Aggregate, DomainEvent};
use domain::Upcasters;
use domain::account::{Account, AccountEvent, AccountNotice};
use domain::event::{EventHeader, sentence_of};
use domain::operator::{Operator, OperatorEvent, OperatorScope};
use domain::organization::{Organization, OrganizationEvent};
use domain::privacy_request::{PrivacyRequest, PrivacyRequestEvent};
use domain::project::{Project, ProjectEvent};
use domain::sentence::Sentence;
use names::{ACCOUNT_NOTICES, SETS, VALUES};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An aggregate whose events are frozen.
trait Frozen: Aggregate<Event: Sentence> {
    /// The file of the event that begins it all.
    const FIRST: &'static str;
    /// The name of every variant of its events.
    const VARIANTS: &'static [&'static str];
    /// The name of an event's variant.
    fn variant(event: &Self::Event) -> &'static str;
}

/// Names every variant of an event twice over, from one list: a new variant does not compile until
/// it is in the list, and once it is there a golden file of it is missed.
macro_rules! variants {
    ($aggregate:ident, $first:literal, $event:ident: $($variant:ident),+ $(,)?) => {
        impl Frozen for $aggregate {
            const FIRST: &'static str = $first;
            const VARIANTS: &'static [&'static str] = &[$(stringify!($variant)),+];
            fn variant(event: &$event) -> &'static str {
                match event {
                    $($event::$variant { .. } => stringify!($variant),)+
                }
            }
        }
    };
}

variants!(Account, "account.registered.v1", AccountEvent:
    Registered, SignedIn, SecondFactorAsked, SecondStepAsked, SignedOut, Reauthenticated, NameChanged, BillingEmailChanged,
    BillingEmailUndone, LocaleChanged,
    EmailChangeRequested, EmailChanged, EmailChangeUndone, EmailChangeEnded, FormerEmailReleased, PasswordChanged,
    PasswordResetAsked, PasswordReset, PhoneChangeRequested, PhoneVerified, PhoneRemoved, AuthenticatorAppAdded, AuthenticatorAppRemoved, PasskeyAdded, PasskeyRenamed, PasskeyRemoved, PasskeysEnded,
    SessionsEnded, FactorRemovalBegun, FactorRemovalStopped, FactorRemoved, SecondFactorUndone, RecoveryCodesIssued, RecoveryCodeUsed, PreferencesChanged, GdprTokenIssued, GdprTokenEnded,
    OrganizationJoined, OrganizationLeft, NoticeSent, NoticeUndeliverable, HistoryViewed, FailedTriesNoted,
    Deleted,
    PersonalDataErased);

variants!(Operator, "operator.created.v1", OperatorEvent: Created, Revoked, Viewed, SignedIn, SignedOut, Retried);

variants!(Organization, "organization.created.v1", OrganizationEvent:
    Created, Renamed, SecondFactorDemandChanged, MemberInvited, InvitationEnded, MemberJoined, MemberRoleChanged, MemberLeft, Closed);

variants!(PrivacyRequest, "privacy_request.received.v1", PrivacyRequestEvent:
    Received, Started, SourceProgressed, SourceExported, SourceErased, SourceVerified, SourceFoundAgain,
    SourceFailed,
    CollectionRestarted, Packaged, Completed, NoticeSent, NoticeUndeliverable, Cancelled, ArchiveDownloaded,
    ArchiveEnded, Stalled, PartsRemoved, ObjectsRemoved);

variants!(Project, "project.created.v1", ProjectEvent:
    Created, Renamed, OwnerAdded, OwnerRemoved, CredentialsRevealed, CredentialsReset,
    PreviousCredentialsEnded, CredentialsRevoked);

/// Calls a function for every aggregate.
macro_rules! of_each {
    ($function:ident) => {
        [
            $function::<Account>(),
            $function::<Operator>(),
            $function::<Organization>(),
            $function::<PrivacyRequest>(),
            $function::<Project>(),
        ]
    };
}

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
    let (_, json) = Upcasters::default().upcast(event_type, version.to_owned(), json.clone());
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

fn check<A: Frozen>() {
    let golden = golden::<A>();
    let first = &golden[A::FIRST];
    for (name, json) in &golden {
        let event: A::Event = read(name, json);
        let (event_type, version) = stored_as(name);
        let (newest, _) = Upcasters::default().upcast(event_type, version.to_owned(), json.clone());
        let held = (event.event_type(), event.event_version());
        assert_eq!(held, (event_type.to_owned(), newest), "{name} holds another event");
        let written = serde_json::to_value(&event).unwrap();
        assert!(!is_newest(name) || written == *json, "{name} is written otherwise: {written}");
        fold::<A>(&event, read(A::FIRST, first));

        let (erased_json, _) = erase(json);
        let erased: A::Event = read(name, &erased_json);
        let written = serde_json::to_value(&erased).unwrap();
        assert!(
            !is_newest(name) || written == erased_json,
            "{name}, erased, is written otherwise: {written}"
        );
        fold::<A>(&erased, read(A::FIRST, &erase(first).0));
    }
}

#[test]
fn every_frozen_event_opens_is_written_the_same_and_folds_also_when_erased() {
    of_each!(check);
}

fn check_every_variant<A: Frozen>() {
    let frozen: BTreeSet<&str> =
        golden::<A>().iter().map(|(name, json)| A::variant(&read(name, json))).collect();
    assert_eq!(frozen, A::VARIANTS.iter().copied().collect());
}

#[test]
fn every_variant_has_its_golden_file() {
    of_each!(check_every_variant);
}

fn count<A: Frozen>() -> usize {
    golden::<A>().len()
}

/// The members of each variant of an aggregate's events, as `src` declares them, and whether each is optional.
fn declared<A: Frozen>() -> Vec<(String, Vec<(String, bool)>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(A::TYPE).join("event.rs");
    let source = syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap();
    let name = std::any::type_name::<A::Event>().rsplit("::").next().unwrap();
    let events = source.items.into_iter().find_map(|item| match item {
        syn::Item::Enum(events) if events.ident == name => Some(events),
        _ => None,
    });
    let is_option = |of: &syn::Type| match of {
        syn::Type::Path(of) => of.path.segments.last().is_some_and(|last| last.ident == "Option"),
        _ => false,
    };
    let member = |of: syn::Field| (of.ident.unwrap().to_string(), is_option(&of.ty));
    // What is flattened has names of its own.
    let is_flat = |of: &syn::Field| {
        of.attrs
            .iter()
            .any(|attr| attr.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "flatten"))
    };
    let members = |of: syn::Variant| {
        let members = of.fields.into_iter().filter(|of| !is_flat(of)).map(member);
        (of.ident.to_string(), members.collect())
    };
    events.unwrap().variants.into_iter().map(members).collect()
}

/// Members that no golden file has, or, where they are optional, that none lacks.
fn missing_members<A: Frozen>() -> Vec<String> {
    let mut frozen: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (name, json) in golden::<A>() {
        frozen.entry(A::variant(&read(&name, &json))).or_default().push(json);
    }
    let mut missing = Vec::new();
    for (variant, members) in declared::<A>() {
        let frozen = &frozen[&*variant];
        for (member, is_optional) in members {
            let has = |json: &Value| !json[&member].is_null();
            if !frozen.iter().any(has) || (is_optional && frozen.iter().all(has)) {
                missing.push(format!("{} {variant} {member}", A::TYPE));
            }
        }
    }
    missing
}

#[test]
fn every_member_of_an_event_has_its_golden_file_and_an_optional_one_two() {
    assert_eq!(of_each!(missing_members).concat(), Vec::<String>::new());
}

#[test]
fn every_golden_file_belongs_to_an_aggregate() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, of_each!(count).iter().sum::<usize>());
}

fn check_later_field<A: Frozen>() {
    for (name, json) in golden::<A>() {
        let mut later = json.clone();
        later["added_later"] = json!({"by": "a newer release"});
        assert_eq!(read::<A::Event>(&name, &later), read(&name, &json));
    }
}

/// While a new release is rolled out, the old one reads what the new one wrote.
#[test]
fn a_field_that_a_later_release_adds_does_no_harm() {
    of_each!(check_later_field);
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

/// Golden events, each again for every value its named fields can have.
fn variations<A: Frozen>() -> Vec<(&'static str, &'static str, Value)> {
    let golden = golden::<A>();
    let mut events = Vec::new();
    let one = VALUES.iter().map(|field| (field, false));
    for ((name, field, values), in_a_set) in one.chain(SETS.iter().map(|field| (field, true))) {
        for value in *values {
            let Some(mut json) = golden.get(*name).cloned() else { continue };
            json[field] = if in_a_set { json!([value]) } else { json!(value) };
            events.push((*name, *field, json));
        }
    }
    events
}

fn check_stored_names<A: Frozen>() -> usize {
    let events = variations::<A>();
    for (name, _, json) in &events {
        assert_eq!(serde_json::to_value(read::<A::Event>(name, json)).unwrap(), *json);
    }
    events.len()
}

/// The names under which the values of enumerations lie in stored events: every one, as it was frozen.
#[test]
fn stored_names_keep_their_meaning() {
    let named: usize = VALUES.iter().chain(SETS).map(|(_, _, values)| values.len()).sum();
    assert_eq!(of_each!(check_stored_names).iter().sum::<usize>(), named);
    assert!(AccountNotice::ALL.iter().map(|notice| notice.as_str()).eq(ACCOUNT_NOTICES.iter().copied()));
    assert!(OperatorScope::ALL.iter().map(|scope| scope.as_str()).eq(SETS[0].2.iter().copied()));
}

fn check_sentences<A: Frozen>() {
    let frozen = golden::<A>();
    let frozen = frozen.iter().map(|(name, json)| (name.as_str(), json.clone()));
    let varied = variations::<A>().into_iter().map(|(name, _, json)| (name, json));
    for (name, json) in frozen.chain(varied) {
        let (erased, personal) = erase(&json);
        for json in [&json, &erased] {
            let event: A::Event = read(name, json);
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
            let form = EventHeader {
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
    of_each!(check_sentences);
}

fn sentences<A: Frozen>() -> Vec<String> {
    golden::<A>().iter().map(|(name, json)| read::<A::Event>(name, json).sentence()).collect()
}

#[test]
fn each_kind_of_event_is_told_in_its_own_words() {
    let told = of_each!(sentences).concat();
    let distinct: BTreeSet<&String> = told.iter().collect();
    assert_eq!(distinct.len(), told.len(), "{told:#?}");
}

fn check_values_told_apart<A: Frozen>() {
    let mut told: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for (name, field, json) in variations::<A>() {
        told.entry((name, field)).or_default().push(read::<A::Event>(name, &json).sentence());
    }
    for (of, sentences) in told {
        let distinct = sentences.iter().collect::<BTreeSet<_>>().len();
        assert!(distinct == 1 || distinct == sentences.len(), "{of:?}: {sentences:#?}");
    }
}

/// A sentence leaves a field out, or says for each value of it something else.
#[test]
fn each_value_of_a_field_is_told_in_its_own_words() {
    of_each!(check_values_told_apart);
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
    let known = ["account", "operator", "organization", "privacy_request", "project"];
    for aggregate_type in known.into_iter().chain(["spaceship"]) {
        let form = EventHeader { aggregate_type, event_type: "account.teleported", event_version: "1" };
        let sentence = sentence_of(form, &unknown);
        assert_eq!(sentence, "An event of type account.teleported");
    }
}
